"""What the relay's number says of this copy of a profile."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Ask
from doorless_client.core.incarnation import (
    KNOCK,
    RANDOM_BITS,
    RENEW_EVERY,
    Found,
    IncarnationKeeper,
    classify,
    count,
)
from doorless_client.core.views import Notice
from doorless_client.store.records import Own
from doorless_lab.world import Person, World
from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.frames import Answered, Incarnation, IncarnationHeld


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def own(person: Person) -> Own:
    (held,) = person.store.own.find()
    return held


def at(counted: int, bits: int = 0) -> int:
    return counted << RANDOM_BITS | bits


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (at(5, 8), Found.OURS),
        (at(6, 2), Found.OURS),  # we asked for it, and its answer was lost
        (at(6, 4), Found.LATER),
        (at(7), Found.LATER),
        (at(5, 6), Found.LATER),
        (at(6, 2 | KNOCK), Found.LATER),
        (at(5, 6 | KNOCK), Found.KNOCKED),
        (at(4, 8), Found.EARLIER),
        (0, Found.EARLIER),
    ],
)
def test_what_is_held_is_told_apart(world: World, held: int, found: Found) -> None:
    (alice,) = world.people("alice")
    ours = replace(own(alice), incarnation=at(5, 8), next_incarnation=at(6, 2))
    assert classify(held, ours) is found


def test_each_sign_in_counts_one_up_and_is_no_knock(world: World) -> None:
    (alice,) = world.people("alice")
    values = []
    for _ in range(5):
        alice.reopen()
        values.append(own(alice).incarnation)
    assert [count(later) - count(values[0]) for later in values] == list(range(5))
    assert not any(value & KNOCK for value in values)


def test_it_is_swapped_again_each_ten_minutes_whatever_is_sent(world: World) -> None:
    (alice,) = world.people("alice")
    home = alice.engine.home
    before = count(own(alice).incarnation)
    assert home.next_time() <= world.now + RENEW_EVERY
    world.now += RENEW_EVERY - 1
    alice.run(home.maintain())
    assert count(own(alice).incarnation) == before
    world.now += 1
    assert home.is_time()
    alice.run(home.maintain())
    assert count(own(alice).incarnation) == before + 1


def test_a_lost_answer_makes_nobody_a_copy(world: World) -> None:
    (alice,) = world.people("alice")
    held = own(alice)
    asked = at(count(held.incarnation) + 1, 2)
    with alice.store.transaction():
        alice.store.own.put(replace(held, next_incarnation=asked))
    for taken in (False, True):
        if taken:
            alice.run_request(Incarnation(own(alice).incarnation, asked))
        alice.shown.clear()
        alice.reopen()
        assert not [event for event in alice.shown if isinstance(event, Notice)]
        with alice.store.transaction():
            asked = at(count(own(alice).incarnation) + 1, 2)
            alice.store.own.put(replace(own(alice), next_incarnation=asked))


def test_nothing_is_decided_while_another_copy_asks_at_the_same_moment(world: World) -> None:
    (alice,) = world.people("alice")
    with alice.store.transaction():
        alice.store.own.put(replace(own(alice), incarnation=at(1), next_incarnation=at(1)))
    alice.change_answer = lambda ask, answered: IncarnationHeld(at(9))
    with pytest.raises(BusyError):
        alice.run(IncarnationKeeper(alice.engine.state).take_over())


def test_nothing_leaves_after_the_connection_is_gone(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.says("bob", "not yet")
    assert alice.engine.upkeep.due()
    alice.engine.home.leave()
    assert not alice.engine.upkeep.due()
    alice.run(alice.engine.upkeep.arrive())
    assert alice.engine.upkeep.due()


def test_a_number_that_nothing_follows_is_refused_and_spoils_nothing(world: World) -> None:
    (alice,) = world.people("alice")

    def lie(ask: Ask, answered: Answered) -> Answered:
        return IncarnationHeld(MAX_NUMBER) if isinstance(ask.request, Incarnation) else answered

    alice.change_answer = lie
    alice.reopen()
    assert alice.engine.is_frozen
    with pytest.raises(BusyError, match="comes to"):
        alice.run(alice.engine.keep())
    assert own(alice).next_incarnation <= MAX_NUMBER
    alice.change_answer = lambda _, answered: answered
    alice.run(alice.engine.keep())
    assert not alice.engine.is_frozen
