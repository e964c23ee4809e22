"""Words are found here and everywhere, and gone to."""

from doorless_client.tui.screens.choose import Choose
from doorless_client.tui.widgets.chat_log import ChatLog


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def log_of(pilot) -> ChatLog:
    return pilot.app.screen_stack[0].query_one(ChatLog)


async def test_ctrl_f_finds_here_and_n_goes_on(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+f", *"the")
        assert "Are we ready for the lesson?" in text_of(pilot)
        assert "I found a moth" not in text_of(pilot)
        await press(pilot, "down", "enter")
        assert log_of(pilot).picked_message.text == "Are we ready for the lesson?"
        await press(pilot, "N")
        assert "same on the wire" in log_of(pilot).picked_message.text
        await press(pilot, "n", "n")
        assert log_of(pilot).picked_message.text == "See you there"
        await press(pilot, "n")
        assert "None after this." in text_of(pilot)


async def test_ctrl_g_finds_in_every_chat_and_goes_there(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+g", *"moth", "enter")
        assert pilot.app.screen.query_one("#conversation").chat.name == "Grace Hopper"
        assert log_of(pilot).picked_message.text == "I found a moth"


async def test_the_palette_finds_what_was_said(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+p", *"found a moth", "enter")
        assert log_of(pilot).picked_message.text == "I found a moth"


async def test_nothing_found_is_said_in_words(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+g", *"zebra")
        assert "zebra" in text_of(pilot)
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "enter", "escape")
        assert len(pilot.app.screen_stack) == 1


async def test_a_click_takes_what_was_found(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+g", *"moth")
        await pilot.click("#entries", offset=(4, 0))
        await pilot.pause()
        assert log_of(pilot).picked_message.text == "I found a moth"


async def test_n_before_anything_was_looked_for_says_so(people, opened, text_of) -> None:
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "n")
        assert "Nothing was looked for yet." in text_of(pilot)
