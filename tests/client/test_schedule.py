"""Times that were drawn before, which say nothing about when somebody came."""

from collections.abc import Iterator

import pytest

from doorless_client.core.schedule import OPEN_FOR, Schedule
from doorless_lab.world import Person, World

HOUR = 3600.0


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def alice(world: World) -> Person:
    return world.person("alice")


def drawn(person: Person) -> Schedule:
    times = Schedule(person.engine.state, "a test", 4 * HOUR, 12 * HOUR)
    advance(person, times)
    return times


def advance(person: Person, times: Schedule) -> None:
    with person.engine.state.change():
        times.advance()


def test_a_time_is_open_for_five_minutes_and_then_missed(world: World, alice: Person) -> None:
    times = drawn(alice)
    at = times.at
    for after, is_open, is_missed in (
        (-1.0, False, False),
        (0.0, True, False),
        (OPEN_FOR - 1, True, False),
        (OPEN_FOR, False, True),
        (90 * 24 * HOUR, False, True),
    ):
        world.now = at + after
        assert (times.is_open(), times.is_missed()) == (is_open, is_missed)


def test_times_are_four_to_twelve_hours_apart_and_not_the_same(world: World, alice: Person) -> None:
    times, gaps = drawn(alice), []
    for _ in range(50):
        world.now = times.at
        advance(alice, times)
        gaps.append(times.at - world.now)
    assert all(4 * HOUR <= gap <= 12 * HOUR for gap in gaps)
    assert len({round(gap) for gap in gaps}) > 45


def test_the_first_time_may_be_any_within_the_longest_wait(world: World, alice: Person) -> None:
    waits = []
    for number in range(60):
        times = Schedule(alice.engine.state, f"a test {number}", 4 * HOUR, 12 * HOUR)
        advance(alice, times)
        waits.append(times.at - world.now)
    assert min(waits) < 2 * HOUR
    assert all(0 < wait <= 12 * HOUR for wait in waits)


def test_after_an_absence_the_chain_goes_on_as_if_there_had_been_none(
    world: World, alice: Person
) -> None:
    """Counted from the return, times would keep clear of it, and so tell of it."""
    waits = []
    for _ in range(60):
        times = drawn(alice)
        world.now = times.at + 9 * 24 * HOUR
        advance(alice, times)
        waits.append(times.at - world.now)
    assert min(waits) < 2 * HOUR
    assert all(0 < wait <= 12 * HOUR for wait in waits)


def test_a_time_drawn_by_a_clock_far_ahead_is_drawn_anew(world: World, alice: Person) -> None:
    times = drawn(alice)
    world.now -= 365 * 24 * HOUR
    assert times.is_missed()
    advance(alice, times)
    assert 0 < times.at - world.now <= 12 * HOUR


def test_a_drawn_time_outlives_a_restart(alice: Person) -> None:
    at = alice.engine.home.prekeys.times.at
    alice.reopen()
    assert alice.engine.home.prekeys.times.at == at > 0
