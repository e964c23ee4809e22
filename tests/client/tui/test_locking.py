"""Locked: one question, and nothing of what was behind it; unlocked, one is where one was."""

import pytest
from textual.widgets import Static

from doorless_client.core.api import RefusedError
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.passphrase import WRONG
from doorless_client.tui.screens.locked import Locked
from doorless_client.tui.screens.main import MainScreen

NOW = 1_800_023_490
PASSPHRASE = "correct horse"


async def unlock(pilot, settle, passphrase: str = PASSPHRASE) -> None:
    pilot.app.screen.query_one("#passphrase").value = passphrase
    await pilot.press("enter")
    await settle(pilot)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


async def test_a_locked_screen_says_nothing_of_what_is_behind_it(
    people, opened, settle, text_of
) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        assert "Ada" in text_of(pilot)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Locked)
        assert lines(text_of(pilot)) == [
            "◆",
            "sealed",
            "Locked. The keys are dropped.",
            "Messages wait at the relay, still sealed.",
            "╭──────────────────────────────────────────╮",
            "│  Passphrase                              │",
            "╰──────────────────────────────────────────╯",
            "Enter unlock   Ctrl+Q quit",
        ]


async def test_one_comes_back_to_the_conversation_and_to_what_one_wrote(
    people, opened, settle, screen_of, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("alt+down")
        await pilot.press(*"half a thought", "ctrl+l")  # with no pause: the keys are on their way
        await settle(pilot)
        assert "half a thought" not in text_of(pilot)
        await unlock(pilot, settle)
        conversation = screen_of(pilot).conversation
        assert conversation.chat.conversation == people.grace
        assert conversation.composer.text == "half a thought"
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert conversation.composer.text == "half a thought"  # no undo from before the lock


async def test_what_was_sent_right_before_is_sent(people, opened, settle) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("h", "i", "enter", "ctrl+l")
        await settle(pilot)
    newest = people.engine.history(people.ada).slice(0, 100)[-1]
    assert newest.text == "hi"
    assert next(c for c in people.engine.chats() if c.conversation == people.ada).draft == ""


async def test_a_wrong_passphrase_changes_nothing(people, opened, settle, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+l")
        await settle(pilot)
        for wrong in ("wrong", "", "[/x]\x1b[2J"):
            await unlock(pilot, settle, wrong)
            assert WRONG in text_of(pilot)
            assert pilot.app.screen.query_one("#passphrase").value == ""
        assert isinstance(pilot.app.screen, Locked)
        await unlock(pilot, settle)
        assert isinstance(pilot.app.screen, MainScreen)


async def test_what_the_profile_refuses_is_told(people, opened, settle, text_of) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("ctrl+l")
        await settle(pilot)

        async def refuse(passphrase: str) -> None:
            raise RefusedError("profile is in use by another doorless; close it first")

        pilot.app._onboarding.unlock = refuse
        await unlock(pilot, settle)
        assert "in use by another" in text_of(pilot)
        assert isinstance(pilot.app.screen, Locked)


@pytest.mark.parametrize(("sheet", "pause"), [("f3", False), ("ctrl+p", True)])
async def test_a_sheet_goes_down_with_the_rest_also_one_that_was_just_asked_for(
    people, opened, settle, sheet, pause
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press(sheet)
        if pause:
            await settle(pilot)
            assert len(pilot.app.screen_stack) == 2
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert [type(screen) for screen in pilot.app.screen_stack] == [Locked]
        await unlock(pilot, settle)
        assert [type(screen) for screen in pilot.app.screen_stack] == [MainScreen]


async def test_what_was_open_is_closed_and_no_key_reaches_it(people, opened, settle) -> None:
    async with opened(people.engine) as pilot:
        assert people.engine._listeners
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert pilot.app._onboarding.closed == 1
        assert not people.engine._listeners
        assert "main" not in pilot.app._screen_stacks
        keys = ("ctrl+p", "ctrl+n", "f1", "f2", "f3", "f4", "alt+1", "alt+u", "escape", "ctrl+l")
        await pilot.press(*keys)
        await settle(pilot)
        assert [type(screen) for screen in pilot.app.screen_stack] == [Locked]


async def test_lines_in_the_corner_and_the_clipboard_are_gone(
    people, opened, settle, text_of
) -> None:
    async with opened(people.engine) as pilot:
        written: list[str] = []
        pilot.app._driver.write = written.append
        pilot.app.copy_to_clipboard("See you there")
        pilot.app.say("Ada Lovelace's safety number changed.")
        await settle(pilot)
        assert "safety number changed" in text_of(pilot)
        await pilot.press("ctrl+l")
        await settle(pilot)
        pilot.app.say("Ada Lovelace's safety number changed.")  # from what was still under way
        pilot.app.copy_to_clipboard("See you there")
        await settle(pilot)
        assert "Ada" not in text_of(pilot)
        assert pilot.app.clipboard == ""
        assert written[-1] == "\x1b]52;c;\x07"


async def test_somebody_elses_clipboard_is_left_alone(people, opened, settle) -> None:
    async with opened(people.engine) as pilot:
        written: list[str] = []
        pilot.app._driver.write = written.append
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert not [one for one in written if "]52;" in one]


async def test_what_shows_text_elsewhere_is_told_to_put_it_away(
    people, opened, settle, monkeypatch
) -> None:
    async with opened(people.engine) as pilot:
        seen: list[str] = []
        monkeypatch.setattr(
            pilot.app._notifying, "end", lambda: seen.append(pilot.app.current_mode)
        )
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert seen == ["locked"]  # as soon as nothing shows any more


async def test_it_locks_by_itself_when_nobody_is_there(people, fake_onboarding, settle) -> None:
    clock = [NOW]
    app = DoorlessApp(fake_onboarding(people.engine), lambda: clock[0], glyphs=UNICODE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        clock[0] += 10 * 3600
        await app._look_for_life()
        assert app.current_mode == "onboard"  # there is nothing to lock
        await unlock(pilot, settle)
        app.settings = ProfileSettings(lock_after=5)
        clock[0] += 5 * 60 - 1
        await pilot.press("a")
        clock[0] += 5 * 60 - 1
        await app._look_for_life()
        assert app.current_mode == "main"
        app.settings = ProfileSettings(lock_after=0)
        clock[0] += 3600
        await app._look_for_life()
        assert app.current_mode == "main"  # never, as was chosen
        app.settings = ProfileSettings(lock_after=5)
        await app._look_for_life()
        await settle(pilot)
        assert app.current_mode == "locked"


async def test_it_is_locked_and_unlocked_again_and_again(people, opened, settle) -> None:
    async with opened(people.engine) as pilot:
        for times in (1, 2):
            await pilot.press("ctrl+l", "ctrl+l")
            await settle(pilot)
            assert isinstance(pilot.app.screen, Locked)
            assert str(pilot.app.screen.query_one("#told", Static).render()) == ""
            await unlock(pilot, settle)
            assert isinstance(pilot.app.screen, MainScreen)
            assert pilot.app._onboarding.closed == times
