"""Whatever reaches the last layer leaves it harmless."""

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import ControlType, Segment
from textual.color import Color

from doorless_client.tui.guard import Guard, harmless

HOSTILE = [chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B, 0xE0041)]


@given(st.lists(st.sampled_from(HOSTILE) | st.characters(), max_size=80).map("".join))
def test_no_control_character_passes(text: str) -> None:
    assert not set(harmless(text)) & set(HOSTILE)


@given(st.text(max_size=80))
def test_it_changes_nothing_the_second_time(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


def test_what_the_toolkit_tells_the_terminal_itself_is_left_alone() -> None:
    bell = Segment("\a", None, [(ControlType.BELL,)])
    words = Segment("a\x1b[2Jb")
    assert Guard().apply([bell, words], Color(0, 0, 0)) == [bell, Segment("a␛[2Jb")]
