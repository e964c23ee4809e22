"""A log that stands still, or is not shown: every device notices by itself, at the stated time."""

from collections.abc import Iterator

import pytest

from doorless_client.core.monitor import OVERDUE_AFTER
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Hello, Refusal, Refused
from logged import DAY, OF_THE_LOG, alarms, checks, told_of_none

SOON = 120
"""Seconds within which a device looks when its time has come."""

NO_LOG_HERE = f"no key log at {RELAY}"


@pytest.fixture
def devices() -> Iterator[tuple[Person, Person]]:
    with World(log=True) as world:
        alice = world.person("alice")
        laptop = link(alice)
        world.advance(DAY // 4)
        yield alice, laptop


def silent(ask: object, answered: object) -> object:
    asked = isinstance(getattr(ask, "request", None), (*OF_THE_LOG, Hello))
    return Refused(Refusal.BUSY, 1) if asked else answered


def test_each_device_tells_two_windows_after_its_own_last_look(
    devices: tuple[Person, Person],
) -> None:
    alice, laptop = devices
    world = alice.world
    checks(alice)
    world.now += 3600  # and no drawn look meanwhile
    checks(laptop)
    last = world.now
    alice.change_answer = laptop.change_answer = silent  # type: ignore[assignment]
    for _ in range(7):
        world.advance(DAY // 4)
    world.advance(last + OVERDUE_AFTER * DAY - 3600 - SOON - world.now)
    assert (alarms(alice), alarms(laptop)) == ([], [])
    world.advance(2 * SOON)
    assert (alarms(alice), alarms(laptop)) == (["overdue"], [])
    world.advance(3600 - 3 * SOON)
    assert alarms(laptop) == []
    world.advance(3 * SOON)
    assert (alarms(alice), alarms(laptop)) == (["overdue"], ["overdue"])
    world.advance(DAY // 4)
    assert (alarms(alice), alarms(laptop)) == (["overdue"], ["overdue"]), "once"


def test_a_look_that_is_done_puts_it_off(devices: tuple[Person, Person]) -> None:
    alice, _ = devices
    checks(alice)
    for _ in range(12):
        alice.world.advance(DAY // 4)
    assert alarms(alice) == []


def test_a_log_that_was_begun_late_is_not_overdue_from_its_first_hour_on() -> None:
    with World(log=True) as world:
        _, bob = told_of_none(world)
        world.now += 30 * DAY
        honest = world.person("carol").change_answer
        bob.change_answer = honest
        with bob.engine.state.change():
            bob.store.settings.drop(NO_LOG_HERE)
        bob.add("carol")  # whose lookup comes with a proof: now Bob knows of the log
        bob.change_answer = silent  # type: ignore[assignment]
        for _ in range(7):
            world.advance(DAY // 4)
        assert bob.engine.log_status().checked == 0
        assert alarms(bob) == []
        for _ in range(2):
            world.advance(DAY // 4)
        assert alarms(bob) == ["overdue"]
