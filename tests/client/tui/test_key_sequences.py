"""Keys arrive as they were meant, from terminals with and without the kitty protocol."""

import pytest
from textual._parser import ParseTimeout
from textual._xterm_parser import XTermParser
from textual.events import Key

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.key_sequences import read_alt_as_alt
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.line import Line


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\x1b1", "alt+1"),
        ("\x1b9", "alt+9"),
        ("\x1b[50;3u", "alt+2"),
        ("\x1bu", "alt+u"),
        ("\x1b[1;3A", "alt+up"),
        ("\r", "enter"),
        ("\n", "ctrl+j"),
        ("\x1b\r", "ctrl+j"),
        ("\x1b[13;3u", "alt+enter"),
        ("\x1b[13;2u", "shift+enter"),
    ],
)
def test_a_key_is_read_as_it_was_pressed(sent: str, key: str) -> None:
    read_alt_as_alt()
    parser = XTermParser()
    events = list(parser.feed(sent))
    if not events:  # it waits whether more comes; nothing does
        parser._awaiting = parser._gen.throw(ParseTimeout())
        events = list(parser._tokens)
    assert [event.key for event in events] == [key]


async def test_alt_with_a_letter_writes_no_letter(people, opened) -> None:
    async with opened(people.engine) as pilot:
        composer = pilot.app.screen.query_one(Composer)
        for event in (Key("x", "x"), Key("alt+j", "j"), Key("y", "y")):
            pilot.app.post_message(event)
        await pilot.pause()
        assert composer.text == "xy"


async def test_nor_does_it_write_one_into_a_passphrase(people, fake_onboarding, settle) -> None:
    app = DoorlessApp(fake_onboarding(people.engine), lambda: 1_800_023_490)
    async with app.run_test() as pilot:
        await settle(pilot)
        for event in (Key("x", "x"), Key("alt+2", "2"), Key("y", "y")):
            app.post_message(event)
        await pilot.pause()
        assert app.screen.query_one(Line).value == "xy"
