"""Somebody's data was demanded: a line says so until it was read, and a list tells it."""

from dataclasses import replace

from doorless_client.text import safe_line
from doorless_client.tui.screens.choose import Choose
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.notices import Read
from doorless_client.tui.widgets.notice_line import NoticeLine
from golden_screens import compare, planes
from told_notices import LESSON, NOTICE, canary


def line(pilot) -> NoticeLine:
    return pilot.app.screen_stack[-1].query_one(NoticeLine)


async def test_where_nothing_was_told_no_line_is_shown_and_the_canary_says_not_what(
    people, opened, settle, text_of
) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await settle(pilot)
        assert not line(pilot).display
        await pilot.press("f5")
        await settle(pilot)
        assert "Your relay told of no demand for your data." in text_of(pilot)
        await pilot.press("escape")
        gone = (safe_line("No order that we may not speak of is in force."),)
        people.engine.notices.shown = canary("withdrawn", 9, gone)
        await pilot.press("f5", "down", "enter")
        await settle(pilot)
        seen = " ".join(text_of(pilot).replace("│", " ").split())
        assert "canary 9 days overdue" in seen
        assert "it no longer says: No order that we may not speak of is in force." in seen
        assert "This says that something changed, not what" in seen


async def test_a_notice_is_a_line_at_once_until_the_list_was_opened(
    people, opened, settle, text_of
) -> None:
    async with opened(people.engine, size=(120, 36)) as pilot:
        people.engine.notices.told(NOTICE)
        await settle(pilot)
        assert "Your relay says: a court (DE) demanded your data   F5 reads it" in text_of(pilot)
        compare("notice-line-120x36", planes(pilot.app))
        await pilot.press("f5")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Choose)
        assert "NEW  A court (DE) demanded your data" in text_of(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert not line(pilot).display
    async with opened(people.engine) as pilot:
        await settle(pilot)
        assert not line(pilot).display  # and it is not new after a restart


async def test_each_is_read_by_keys_alone_and_the_list_is_there_again(
    people, opened, settle, text_of
) -> None:
    people.engine.notices.told(LESSON)
    people.engine.notices.told(NOTICE)
    people.engine.notices.shown = canary(overdue=9)
    async with opened(people.engine, size=(80, 24)) as pilot:
        await settle(pilot)
        assert "your data was demanded, 2 times" in text_of(pilot)
        compare("notice-line-80x24", planes(pilot.app))
        await pilot.press("f5")
        await settle(pilot)
        compare("notices-80x24", planes(pilot.app))
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Read)
        compare("notice-80x24", planes(pilot.app))
        seen = " ".join(text_of(pilot).replace("│", " ").split())
        for part in (
            "a court, country DE: Amtsgericht Musterstadt",
            "who has the account; stored messages",
            "the day of your last connection (1, readable); envelopes that waited (3, sealed",
            "an order forbade to tell you before",
            "your relay's word; nothing here proves it",
        ):
            assert part in seen
        await pilot.press("escape", "down", "enter")
        await settle(pilot)
        assert "SIMULATION: a lesson, there was no demand" in text_of(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Choose)
        assert "SIMULATION: a police authority (DE)" in text_of(pilot)


async def test_it_is_opened_by_a_click_by_a_command_and_from_the_palette(
    people, opened, settle
) -> None:
    people.engine.notices.told(NOTICE)
    async with opened(people.engine) as pilot:
        await settle(pilot)
        await pilot.click("#notice-line")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Choose)
        await pilot.press("escape")
        for keys in (["/", *"notices", "enter"], ["ctrl+p", *"relay told of dem", "enter"]):
            await pilot.press(*keys)
            await settle(pilot)
            assert isinstance(pilot.app.screen, Choose), keys
            await pilot.press("escape")
            await settle(pilot)


async def test_what_a_relay_writes_commands_nothing_and_a_lock_takes_it_off_the_screen(
    people, opened, settle, text_of
) -> None:
    evil = safe_line("\x1b[2J[@click=app.quit]x[/] \u202etxt")
    people.engine.notices.told(replace(NOTICE, kind=evil, authority=evil, instrument=evil))
    async with opened(people.engine, size=(200, 50)) as pilot:
        await settle(pilot)
        compare("notice-line-200x50", planes(pilot.app))
        assert "[@click=app.quit]" in text_of(pilot)
        await pilot.click("#notice-line", offset=(40, 0))
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Read)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert "Musterstadt" not in text_of(pilot)
        assert "demanded" not in text_of(pilot)
