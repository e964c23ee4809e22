"""Every setting is on the sheet, is reached by keys, changes at once, and is kept."""

from dataclasses import replace

from doorless_client.core import settings as account
from doorless_client.core.api import RefusedError
from doorless_client.settings import profile
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.setting_row import Chooser

ALL = (*profile.SETTINGS, *account.SETTINGS)


async def test_every_setting_is_shown_and_reached_by_keys(people, opened, text_of) -> None:
    async with opened(people.engine, size=(80, 24)) as pilot:
        await pilot.press("f8")
        await pilot.pause()
        screen = text_of(pilot)
        for one in ALL:
            assert one.title in screen
            row = pilot.app.focused
            assert one.name in (row.id or "")
            assert one.help.split()[0] in text_of(pilot)
            await pilot.press("down")
            await pilot.pause()
        await pilot.press("up", "up")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.focused, Composer)


async def test_a_choice_of_this_computer_holds_at_once_and_is_kept(people, opened) -> None:
    preferences = Unwritten()
    async with opened(people.engine, preferences=preferences) as pilot:
        await pilot.press("f8")
        for one in profile.SETTINGS:
            row = pilot.app.screen.query_one(f"#set-{one.name}", Chooser)
            row.focus()
            await pilot.press("right")
            await pilot.pause()
            chosen = getattr(pilot.app.settings, one.name)
            assert chosen != one.default
            assert chosen == row.value
            assert preferences.settings == pilot.app.settings
            await pilot.press("left")
        await pilot.pause()
        assert preferences.settings == ProfileSettings()


async def test_a_click_changes_a_value_and_those_of_the_account_go_to_the_engine(
    people, opened
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f8")
        await pilot.pause()
        await pilot.click("#set-bell")
        await pilot.pause()
        assert pilot.app.settings.bell is False
        for one in account.SETTINGS:
            if one.name != "name":
                pilot.app.screen.query_one(f"#set-{one.name}", Chooser).focus()
                await pilot.press("enter")
                await pilot.pause()
                assert getattr(people.engine.settings, one.name) != one.default


async def test_our_name_is_taken_with_enter_and_a_wrong_one_is_refused_in_words(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f8")
        await pilot.pause()
        line = pilot.app.screen.query_one("#line-name", Line)
        line.focus()
        await pilot.press(*"Zoe", "enter")
        await pilot.pause()
        assert people.engine.settings.name == "Zoe"
        line.value = "x" * 40
        await pilot.press("enter")
        await pilot.pause()
        assert "at most 32 characters" in text_of(pilot)
        assert people.engine.settings.name == "Zoe"
        assert isinstance(pilot.app.screen, SettingsSheet)
        line.value = "Ada"
        await pilot.press("down")  # leaving it takes it, too
        await pilot.pause()
        assert people.engine.settings.name == "Ada"


async def test_what_cannot_be_kept_is_told_and_holds_for_this_run(people, opened) -> None:
    class Full(Unwritten):
        async def keep(self, settings: ProfileSettings) -> None:
            raise RefusedError("no space left on device")

    seen = []
    async with opened(people.engine, preferences=Full()) as pilot:
        log = pilot.app.screen.query_one(ChatLog)  # as every widget may
        log.watch(pilot.app, "settings", lambda settings: seen.append(settings.bell))
        pilot.app.change_settings(replace(pilot.app.settings, bell=False))
        await pilot.pause()
        assert [note.message for note in pilot.app._notifications] == ["No space left on device"]
        assert pilot.app.settings.bell is False
        assert seen == [True, False]
