"""R01: a relay that delivers an envelope again, in any order, also after a restart."""

import random
from pathlib import Path

import pytest

from doorless_client.core.arriving import Arrival
from doorless_client.core.receiving import Receiver
from doorless_client.store import migrations
from doorless_client.store.base import Store
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World


def forgets_envelopes(store: Store, envelope_id: bytes) -> bool:
    return False


def keeps_no_step(self: Receiver, arrival: Arrival) -> None:
    """The session stays as it was before the message: its key opens again."""
    if arrival.initial is not None:
        keep_step(self, arrival)


def shows_again(*_: object) -> None:
    return None


def tables_that_take_twice() -> tuple[str, ...]:
    return tuple(step.replace("CREATE UNIQUE INDEX", "CREATE INDEX") for step in steps())


keep_step, steps = Receiver._keep_session, migrations.scripts


@pytest.mark.attack(
    "R01",
    "a replayed envelope is shown once, in whatever order, also after the store was reopened",
    weaken={
        "doorless_client.core.intake.is_known": forgets_envelopes,
        "doorless_client.core.receiving.Receiver._keep_session": keeps_no_step,
        "doorless_client.core.conversations.Conversations.find": shows_again,
        "doorless_client.store.sqlcipher.scripts": tables_that_take_twice,
    },
)
@pytest.mark.parametrize("order", ["as sent", "backwards", "shuffled"])
def test_a_replayed_envelope_is_shown_once(order: str, tmp_path: Path) -> None:
    with World() as world:
        alice = world.person("alice")
        bob = world.person("bob", open_store(tmp_path / "bob.db", bytes(32), create=True))
        become_friends(world, alice, bob)
        before = len(world.submitted)
        for number in range(10):
            alice.says("bob", f"{number}")
        world.settle()
        captured = [one for one in world.submitted[before:] if one.mailbox == mailbox(bob)]
        if order == "backwards":
            captured.reverse()
        elif order == "shuffled":
            random.Random(1).shuffle(captured)
        for restart in (False, True):
            if restart:
                bob.store.close()
                bob.store = open_store(tmp_path / "bob.db", bytes(32))
                bob.reopen()
            for submit in captured:
                world.put_in_mailbox(submit.mailbox, submit.envelope)
            world.settle()
        assert bob.texts("alice") == ["hello", *map(str, range(10))]


def become_friends(world: World, alice: Person, bob: Person) -> None:
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    bob.accepts("alice")
    world.advance(10)


def mailbox(person: Person) -> bytes:
    return person.engine.state.keys.mailbox
