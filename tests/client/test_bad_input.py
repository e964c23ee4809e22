"""What a relay hands over, altered anywhere: refused alike, and no row is another one.

The protocol's own structures, field by field, are in tests/protocol/test_bad_input.py.
"""

import os
from collections.abc import Callable, Iterator
from random import Random as Seeded

import msgspec
import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Ask
from doorless_client.store.records import ROWS
from doorless_lab.world import Person, World
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered, BundleServed, FetchBundle, Found
from doorless_protocol.sizes import FIRST_CONTACT_SIZE

TRIED = 2_000 if os.environ.get("DOORLESS_EVERY_POINT") else 40
ACCOUNTED = ("failures", "seen", "settings")
"""What every envelope leaves behind, opened or not; and when to look after what next."""


def rows(person: Person) -> dict[str, list[object]]:
    found = {
        kind.table: list(getattr(person.store, kind.table).find())
        for kind in ROWS
        if kind.table not in ACCOUNTED
    }
    # a manifest that was looked up, and found to be the one that is known
    found["contacts"] = [msgspec.structs.replace(one, looked_up=0.0) for one in found["contacts"]]
    return found


def altered(data: bytes, foreign: bytes) -> Iterator[bytes]:
    dice = Seeded(len(data))
    for _ in range(TRIED):
        bit = dice.randrange(len(data) * 8)
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)
    for size in (0, 1, 100, len(data) - 1):
        yield data[:size]
    yield from (data + b"\0", data + data, foreign, foreign[: len(data) // 2] + data)


def answering(field: str, value: bytes) -> Callable[[Ask, Answered], Answered]:
    """A relay that answers with this in the place of what it holds."""

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(answered, (Found, BundleServed)) and field in answered.__struct_fields__:
            return msgspec.structs.replace(answered, **{field: value})
        return answered

    return change


@pytest.mark.parametrize("field", ["manifest", "bundle", "pair"])
def test_an_altered_answer_is_refused_and_changes_nothing(field: str) -> None:
    with World() as world:
        alice, bob, eve = world.people("alice", "bob", "eve")
        held = {
            "manifest": [one.engine.state.manifest.encode() for one in (bob, eve)],
            "bundle": served(world, bob, eve, "bundle"),
            "pair": served(world, bob, eve, "pair"),
        }
        genuine, foreign = held[field]
        link = bob.engine.invite()
        if field != "manifest":
            alice.add("bob")
            alice.says("bob", "hello")
        before, left = rows(alice), len(world.submitted)
        for value in altered(genuine, foreign):
            world.now += 601  # a relay gives a batch away no faster
            alice.change_answer = answering(field, value)
            ask_again(alice, field, link)
            assert rows(alice) == before
            assert len(world.submitted) == left
        alice.change_answer = lambda _, answered: answered
        world.now += 601
        if field == "manifest":
            alice.add(link)
            alice.says("bob", "hello")
        world.advance(700)
        bob.accepts("alice")
        world.advance(10)
        assert bob.texts("alice") == ["hello"]


def served(world: World, bob: Person, eve: Person, field: str) -> list[bytes]:
    answers = [world.ask_anonymously(FetchBundle(one.engine.me.device)) for one in (bob, eve)]
    return [getattr(answer, field) for answer in answers]


def ask_again(alice: Person, field: str, link: str) -> None:
    try:
        if field == "manifest":
            alice.add(link)  # by handle alone, the first account would do that a relay names
            pytest.fail("somebody was added on an altered answer")
        alice.engine.upkeep.resume(alice.engine.chats()[0].conversation)
        alice.live()
    except (RefusedError, DoorlessError):
        pass


def test_an_altered_envelope_changes_no_row_and_the_next_one_opens() -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        eve = world.person("eve")
        eve.add("bob")
        eve.says("bob", "hello")
        alice.says("bob", "to Bob")
        alice.says("carol", "to Carol")
        for person in (bob, carol):
            person.goes(online=False)
        world.settle()
        mail = bob.mail()
        (foreign,) = (one.envelope for one in carol.mail())
        for one in mail:
            bob.acknowledge([one.envelope_id])
        bob.goes(online=True)
        before = rows(bob)
        for one in mail:
            for envelope in altered(one.envelope, foreign):
                if len(envelope) in (2048, FIRST_CONTACT_SIZE):  # the relay takes no other sizes
                    world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
            world.settle()
            assert rows(bob) == before
        for one in mail:
            world.put_in_mailbox(bob.engine.state.keys.mailbox, one.envelope)
        world.settle()
        assert bob.texts("alice") == ["hello", "to Bob"]
        assert bob.texts("eve") == ["hello"]
