"""A paste is text: no key of it is pressed, and its lines stay lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from doorless_client.tui.pasted import BEGIN, END, Pastes, in_lines, read_pastes_as_text

HOSTILE = "see \x1b[31mthis\x1b[0m \x07 and\r\nsend it \x1bOP\x1b[201 now \x1b[200~ again\r\x1b"


def read(*pieces: str) -> list[object]:
    read_pastes_as_text()
    parser = XTermParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def test_a_paste_with_escapes_presses_no_key() -> None:
    (pasted,) = read(f"{BEGIN}{HOSTILE}{END}")
    assert isinstance(pasted, events.Paste)
    assert pasted.text == HOSTILE.replace("\x1b", "␛")


def test_a_paste_that_comes_in_pieces_is_the_same_text() -> None:
    whole = f"a{BEGIN}{HOSTILE}{END}b"
    for cut in range(1, len(whole)):
        before, pasted, after = read(whole[:cut], whole[cut:])
        assert (before.key, after.key) == ("a", "b")
        assert pasted.text == HOSTILE.replace("\x1b", "␛")


@given(st.lists(st.text("ab\x1b[20~1\r", max_size=9), max_size=9))
def test_what_is_not_pasted_goes_through_as_it_came(pieces: list[str]) -> None:
    sent = "".join(pieces)
    watching = Pastes()
    passed = "".join(watching.harmless(piece) for piece in pieces)
    begin = sent.find(BEGIN)
    assert passed == sent if begin < 0 else passed.startswith(sent[:begin] + BEGIN)


@pytest.mark.parametrize("pasted", ["one\rtwo\rthree", "one\r\ntwo\r\nthree", "one\ntwo\nthree"])
async def test_pasted_lines_are_lines_and_are_not_sent(
    people, opened, settle, screen_of, pasted
) -> None:
    async with opened(people.engine) as pilot:
        composer = screen_of(pilot).conversation.composer
        composer.post_message(events.Paste(pasted))
        await settle(pilot)
        assert in_lines(pasted) == composer.text == "one\ntwo\nthree"
        assert people.engine.sent == []
