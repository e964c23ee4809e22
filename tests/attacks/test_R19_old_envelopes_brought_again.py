"""R19: a relay brings an old envelope, and would see from a handshake whose it was."""

from collections.abc import Callable

import pytest

from doorless_client.core.effects import Ask
from doorless_client.core.reuse import Place
from doorless_client.core.upkeep import SEEN_FOR
from doorless_client.store.base import Store
from doorless_lab.world import Person, World
from doorless_protocol.frames import Answered
from doorless_protocol.ratchet.late import MAX_AGE

DAY = 86_400


def knows_no_such_envelope(store: Store, place: Place) -> bool:
    """What is not remembered never came: so a number that was used must be a copy's."""
    return not store.seen.find(front=place.front)


def days_go_by(world: World, days: int, *people: Person) -> None:
    for _ in range(days):
        world.now += DAY
        for person in people:
            person.live()


def hold_back(world: World, alice: Person, bob: Person) -> bytes:
    """A message of hers that the relay has, and Bob does not."""
    bob.goes(online=False)
    alice.says("bob", "held back")
    world.settle()
    (held,) = bob.mail()
    bob.acknowledge([held.envelope_id])
    bob.goes(online=True)
    return held.envelope


def opened_long_ago(world: World, alice: Person, bob: Person) -> bytes:
    """It opened, and nothing was said since for longer than anybody remembers it."""
    envelope = hold_back(world, alice, bob)
    world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
    world.advance(10)
    assert bob.texts("alice")[-1] == "held back"
    days_go_by(world, SEEN_FOR // DAY + 2, alice, bob)
    return envelope


def given_up(world: World, alice: Person, bob: Person) -> bytes:
    """It never came, until its key was deleted."""
    envelope = hold_back(world, alice, bob)
    alice.says("bob", "the next one")
    world.settle()
    days_go_by(world, MAX_AGE // DAY + 2, alice, bob)
    return envelope


@pytest.mark.attack(
    "R19",
    "an old envelope that a relay brings again, or at last, moves nothing in who opens it",
    weaken={"doorless_client.core.receiving.is_used_twice": knows_no_such_envelope},
)
@pytest.mark.parametrize("old", [opened_long_ago, given_up])
def test_an_old_envelope_does_not_tell_whose_it_was(
    old: Callable[[World, Person, Person], bytes],
) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        world.advance(10)
        envelope = old(world, alice, bob)
        asked: list[Ask] = []
        ask = bob.ask

        def note(one: Ask) -> Answered:
            asked.append(one)
            return ask(one)

        bob.ask = note  # type: ignore[method-assign]
        notes = bob.notes("alice")
        world.put_in_mailbox(bob.engine.state.keys.mailbox, envelope)
        for seconds in (0, 5, 60):
            world.now += seconds
            bob.live()
        assert bob.mail() == []
        assert asked == []
        assert bob.notes("alice") == notes
