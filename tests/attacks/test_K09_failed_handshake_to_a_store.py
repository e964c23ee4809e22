"""K09: first messages that do not authenticate must cost their target nothing."""

from collections.abc import Callable

import pytest

from doorless_client.core.arriving import Arrival
from doorless_client.core.receiving import Receiver
from doorless_client.store.records import ROWS
from doorless_lab.world import Person, World
from doorless_protocol.errors import DoorlessError

ACCOUNTED = ("failures", "seen")


def contents(person: Person) -> dict[str, list[object]]:
    return {
        kind.table: list(getattr(person.store, kind.table).find())
        for kind in ROWS
        if kind.table not in ACCOUNTED
    }


open_initial_as_it_is: Callable[[Receiver, bytes, float], Arrival] = Receiver._open_initial


def burns_the_pair_first(self: Receiver, envelope: bytes, now: float) -> Arrival:
    """The prekey goes before anything authenticated: what the defence is not to do."""
    try:
        return open_initial_as_it_is(self, envelope, now)
    except DoorlessError:
        for row in self._store.prekeys.find():
            self._store.prekeys.drop(row.bundle)
        raise


@pytest.mark.attack(
    "K09",
    "a failed first contact changes no row: no prekey burned, no identity pinned",
    weaken={"doorless_client.core.receiving.Receiver._open_initial": burns_the_pair_first},
)
def test_a_failed_first_contact_changes_no_row() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "hello")
        bob.goes(online=False)
        world.settle()
        (waiting,) = bob.mail()
        bob.acknowledge([waiting.envelope_id])
        bob.goes(online=True)
        before = contents(bob)
        for place in (0, 600, 1_119, 1_120, 9_000, 20_000, 32_767):
            altered = bytearray(waiting.envelope)
            altered[place] ^= 1
            world.put_in_mailbox(bob.engine.state.keys.mailbox, bytes(altered))
            world.settle()
        assert contents(bob) == before
        world.put_in_mailbox(bob.engine.state.keys.mailbox, waiting.envelope)
        world.settle()
        assert bob.texts("alice") == ["hello"]
