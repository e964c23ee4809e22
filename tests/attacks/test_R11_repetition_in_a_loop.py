"""R11: a contact begins anew in a loop and acknowledges nothing, to be told all of it each time."""

import pytest
from msgspec.structs import replace

from doorless_client.core.resync import AT_MOST_EVERY
from doorless_lab.world import Person, World

SAID = 10
TIMES = 4


def begins_anew(bob: Person, alice: Person) -> None:
    """As a changed program does: as if nothing had been heard, and without a wait."""
    account, device = alice.engine.me.account, alice.engine.me.device
    resyncs = bob.engine._resyncs
    with bob.engine.state.change():
        (session,) = [
            one for one in bob.engine.state.sessions.with_device(account, device) if one.may_send
        ]
        resyncs.broken(session)
        row = bob.store.resyncs.get(account, device)
        assert row is not None
        bob.store.resyncs.put(replace(row, begun=0.0, tries=0))
    bob.engine.upkeep.resume_all()


def envelopes_for(bob: Person, since: int) -> int:
    mailbox = bob.engine.state.keys.mailbox
    return sum(one.mailbox == mailbox for one in bob.world.submitted[since:])


@pytest.mark.attack(
    "R11",
    "a contact that begins anew in a loop is told again what was said once in ten minutes",
    weaken={"doorless_client.core.resync.repeats_from": lambda _, now: now},
)
def test_a_contact_cannot_make_us_say_everything_again_and_again() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(10)
        bob.engine.change_settings(replace(bob.engine.settings, delivery_receipts=False))
        for number in range(SAID):
            alice.says("bob", f"message {number}")
        world.settle()
        before = len(world.submitted)
        for _ in range(TIMES):
            begins_anew(bob, alice)
            world.settle()
            world.advance(3)
        assert SAID < envelopes_for(bob, before) < 2 * SAID + 4 * TIMES
        world.advance(AT_MOST_EVERY)  # put off, and not dropped
        assert len(alice.store.unacknowledged.find()) == SAID
        assert bob.texts("alice")[-SAID:] == [f"message {number}" for number in range(SAID)]
