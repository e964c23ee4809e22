"""Commands after a slash, emoji after a colon; and that a paste is neither."""

import pytest
from textual.events import Key, Paste

from doorless_client.core.views import FOREVER
from doorless_client.tui import slash
from doorless_client.tui.screens.choose import Choose
from doorless_client.tui.screens.details import ContactDetails
from doorless_client.tui.short_names import begun, proposals
from doorless_client.tui.widgets.composer import Composer


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_a_name_after_a_colon_becomes_an_emoji(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"ok :thumbs_u")
        assert ":thumbs_up:" in text_of(pilot)
        await press(pilot, "tab")
        assert pilot.app.screen.query_one(Composer).text == "ok 👍"
        await press(pilot, "enter")
        assert people.engine.sent == [(people.ada, "ok 👍")]


async def test_proposals_are_moved_in_and_put_away(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        await press(pilot, *":hea", "down", "up", "down", "enter")
        assert composer.text == proposals("hea")[1][0]
        await press(pilot, "enter", *":hea", "escape", "enter")
        assert people.engine.sent[-1][1] == ":hea"


async def test_a_command_typed_faster_than_the_screen_is_drawn_is_done(people, opened) -> None:
    async with opened(people.engine) as pilot:
        for key in [*"/timer 1w", "enter", *"see you :thumbs_u", "tab", "enter"]:
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert people.engine.chat(people.ada).lasts == 7 * 24 * 3600
        assert people.engine.sent == [(people.ada, "see you 👍")]


async def test_a_typed_command_is_done_and_not_sent(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/mute 8h", "enter")
        assert people.engine.chat(people.ada).muted_until == people.engine.now + 8 * 3600
        await press(pilot, *"/timer 1h", "enter")
        assert people.engine.chat(people.ada).lasts == 3600
        await press(pilot, *"/timer off", "enter")
        assert people.engine.chat(people.ada).lasts == 0
        await press(pilot, *"/name Countess", "enter")
        assert people.engine.chat(people.ada).name == "Countess"
        assert people.engine.sent == []


async def test_a_command_is_completed(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/det", "tab", "enter")
        assert isinstance(pilot.app.screen, ContactDetails)


async def test_a_command_written_to_its_end_needs_one_enter(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/pin", "enter")
        assert people.engine.chat(people.ada).pinned
        await press(pilot, *"/pin", "down", "enter")
        assert pilot.app.screen.query_one(Composer).text == "/pinned "  # another one was chosen


async def test_of_a_command_nothing_leaves_and_nobody_is_told_of_it(
    people, opened, text_of
) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/timer")
        assert "Nothing leaves before Enter" in text_of(pilot)
        assert "on the wire" not in text_of(pilot)
        assert ("typing", people.ada) not in people.engine.done
        await press(pilot, *["ctrl+u"], *"/etc")  # no command begins so: this would be sent
        assert "4 B typed" in text_of(pilot)
        assert ("typing", people.ada) in people.engine.done


async def test_a_command_without_its_words_asks(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/mute ", "enter")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, *["down"] * 4, "enter")
        assert people.engine.chat(people.ada).muted_until == FOREVER


async def test_what_is_no_command_is_sent(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, *"/usr/bin", "enter")
        assert people.engine.sent == [(people.ada, "/usr/bin")]


async def test_a_pasted_slash_commands_nothing(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        composer.post_message(Paste("/block"))
        await pilot.pause()
        assert people.engine.done == [("typing", people.ada)]
        await press(pilot, "enter")
        assert people.engine.sent == [(people.ada, "/block")]
        assert ("block", people.ada) not in people.engine.done


@pytest.mark.parametrize(
    ("before", "name"),
    [("well :thu", "thu"), (":a", None), ("12:30", None), ("x:thumb", None), ("(:ok", "ok")],
)
def test_a_name_is_begun_by_a_colon_that_stands_alone(before: str, name: str | None) -> None:
    assert begun(before) == name


def test_every_command_is_found_by_its_beginning() -> None:
    assert [name for name, _ in slash.completions("un")] == ["unmute", "unread"]
    assert slash.parse("/Timer  1h ") == slash.Command("timer", "1h")
    assert slash.parse("/nonsense") is None
