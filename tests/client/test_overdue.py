"""A log that stands still, or is not shown: every device notices by itself, at the stated time."""

from collections.abc import Iterator

import pytest

from doorless_client.core.monitor import OVERDUE_AFTER
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import Hello, Refusal, Refused
from logged import DAY, OF_THE_LOG, alarms, checks

SOON = 120
"""Seconds within which a device looks when its time has come."""


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
