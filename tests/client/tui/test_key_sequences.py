"""Keys arrive as they were meant, from terminals with and without the kitty protocol."""

import pytest
from textual._parser import ParseTimeout
from textual._xterm_parser import XTermParser

from doorless_client.tui.key_sequences import read_alt_as_alt


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
