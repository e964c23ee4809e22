"""Whoever looks elsewhere is told once; whoever looks, or locked it, is not told."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from doorless_client.core.views import Standing
from doorless_client.notifying.told import Told
from doorless_client.tui import notifying
from told_notices import LESSON, NOTICE


class FakeNotifier:
    def __init__(self) -> None:
        self.told: list[Told] = []
        self.cleared = 0
        self.works = True

    async def post(self, told: Told) -> bool:
        self.told.append(told)
        return self.works

    async def clear(self) -> None:
        self.cleared += 1


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "QUIET", 0.02)


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


@pytest.fixture
def away(people, opened, notifier):
    """The app, unlocked, behind other windows."""

    @asynccontextmanager
    async def opened_behind(**fields):
        async with opened(people.engine) as pilot:
            pilot.app._notifying._find = lambda: notifier
            pilot.app.change_settings(replace(pilot.app.settings, **fields))
            pilot.app.app_focus = False
            yield pilot

    return opened_behind


async def test_a_burst_is_one_notification(people, away, notifier) -> None:
    async with away() as pilot:
        for number in range(2_000):
            people.engine.arrive(people.ada, f"{number}")
        people.engine.arrive(people.grace, "hi")
        await pilot.pause()
        assert notifier.told == [
            Told("doorless", "2001 new messages from Ada Lovelace and 1 other")
        ]
        people.engine.arrive(people.grace, "again")
        await pilot.pause()
        assert notifier.told[1:] == [Told("Grace Hopper", "New message")]


async def test_who_looks_or_comes_back_before_it_is_told_is_not_told(
    people, away, notifier
) -> None:
    async with away() as pilot:
        pilot.app.app_focus = True
        people.engine.arrive(people.grace, "hi")
        await pilot.pause()
        pilot.app.app_focus = False
        people.engine.arrive(people.grace, "again")
        pilot.app.app_focus = True
        await pilot.pause()
        assert notifier.told == []
        pilot.app.app_focus = False
        people.engine.arrive(people.grace, "one more")
        await pilot.pause()
        assert notifier.told == [Told("Grace Hopper", "New message")]


async def test_the_setting_says_how_much_and_a_request_has_no_name(people, away, notifier) -> None:
    async with away() as pilot:
        for level, told in (("nothing", []), ("name", ["New message"]), ("text", ["a moth"])):
            pilot.app.change_settings(replace(pilot.app.settings, notifications=level))
            people.engine.arrive(people.grace, "a moth")
            await pilot.pause()
            assert [one.body for one in notifier.told] == told
            notifier.told.clear()
        eve = people.engine.person("Eve", standing=Standing.REQUEST)
        people.engine.arrive(eve, "buy this")
        await pilot.pause()
        assert notifier.told == [Told("doorless", "A request")]


async def test_after_a_lock_nothing_is_told_and_what_stood_there_goes(
    people, away, notifier
) -> None:
    async with away() as pilot:
        people.engine.arrive(people.grace, "hi")
        await pilot.pause()
        people.engine.arrive(people.grace, "just before the lock")
        await pilot.press("ctrl+l")
        await pilot.pause()
        people.engine.arrive(people.grace, "after it")
        await pilot.pause()
        assert len(notifier.told) == 1
        assert notifier.cleared == 1


async def test_the_bell_rings_if_it_may_and_the_terminal_tells_what_no_desktop_does(
    people, away, notifier, monkeypatch
) -> None:
    rung, written = [], []
    async with away() as pilot:
        monkeypatch.setattr(pilot.app, "bell", lambda: rung.append(True))
        people.engine.arrive(people.grace, "hi")
        await pilot.pause()
        assert len(rung) == 1
        pilot.app.change_settings(replace(pilot.app.settings, bell=False))
        notifier.works = False
        pilot.app._notifying._command = lambda told: f"<{told.body}>"
        monkeypatch.setattr(pilot.app, "tell_terminal", written.append)
        people.engine.arrive(people.grace, "hi")
        await pilot.pause()
        assert len(rung) == 1
        assert written == ["<New message>"]


async def test_who_is_away_hears_of_a_notice_as_far_as_chosen(people, away, notifier) -> None:
    async with away(notifications="nothing") as pilot:
        people.engine.notices.told(LESSON)
        await pilot.pause()
        assert notifier.told == []
    async with away(notifications="name") as pilot:
        people.engine.notices.told(NOTICE)
        await pilot.pause()
        assert notifier.told == [Told("doorless", "A notice from your relay")]
