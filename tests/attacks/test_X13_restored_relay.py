"""X13: the relay is restored from an older backup, and has forgotten what it took since."""

from copy import deepcopy

import pytest

from doorless_client.core.sign_in import WENT_BACK
from doorless_client.core.views import Notice
from doorless_lab.world import World
from doorless_server.relay import Identity, Relay


@pytest.mark.attack(
    "X13",
    "a relay that went back to an older state is handed again what it took, in the same bytes",
    weaken={"doorless_client.core.outbox.Outbox.submit_again": lambda *_: None},
)
def test_what_a_restored_relay_forgot_is_handed_to_it_again() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        backup = deepcopy(world.relay._store)
        alice.reopen()
        alice.says("bob", "heard, and not acknowledged yet")
        alice.live()
        bob.live()
        bob.goes(online=False)
        for number in range(3):
            alice.says("bob", f"taken {number}")
        world.settle()
        taken = {submit.envelope_id: submit.envelope for submit in world.submitted}
        world.relay = Relay(backup, Identity(world.relay.name), random=world.random)
        alice.goes(online=True)
        bob.goes(online=True)
        assert WENT_BACK in [event.text for event in alice.shown if isinstance(event, Notice)]
        world.advance(10)
        assert bob.texts("alice")[-4:] == [
            "heard, and not acknowledged yet",
            *(f"taken {n}" for n in range(3)),
        ]
        assert len(bob.texts("alice")) == 5
        again = [submit for submit in world.submitted if submit.envelope_id in taken]
        assert len(again) > len(taken)
        assert all(taken[submit.envelope_id] == submit.envelope for submit in again)
        assert not alice.store.resyncs.find()


def test_who_was_connected_when_the_backup_was_made_notices_it_too() -> None:
    """Her number is the same in the backup: `doorless-relay restore` therefore puts none back."""
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.live()
        bob.live()
        world.settle()
        backup = deepcopy(world.relay._store)
        bob.goes(online=False)
        alice.says("bob", "taken after the backup")
        world.settle()
        alice.goes(online=False)
        backup._incarnations.clear()  # type: ignore[attr-defined]
        world.relay = Relay(backup, Identity(world.relay.name), random=world.random)
        alice.goes(online=True)
        bob.goes(online=True)
        assert WENT_BACK in [event.text for event in alice.shown if isinstance(event, Notice)]
        world.advance(10)
        assert bob.texts("alice")[-1:] == ["taken after the backup"]
        assert not alice.store.resyncs.find()
