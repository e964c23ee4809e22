"""Lines never exceed their width, and nothing that was written is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from doorless_client.text import safe
from doorless_client.tui.wrapping import shorten, wrap

TEXTS = st.text(max_size=300).map(safe)


@given(TEXTS, st.integers(2, 120))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrap(text, width))


@given(TEXTS, st.integers(2, 120))
def test_nothing_but_spaces_is_lost_at_a_break(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(TEXTS.map(lambda text: text.replace("\n", " ")), st.integers(1, 60))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert cell_len(shorten(text, width)) <= max(width, 2)


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("meet at nine by the bridge", 12) == ["meet at nine", "by the", "bridge"]


def test_a_cut_is_visible() -> None:
    assert shorten("Ada Lovelace", 8) == "Ada Lov…"


@pytest.mark.parametrize("text", ["", "\n", "a\n\nb"])
def test_empty_lines_stay(text: str) -> None:
    assert len(wrap(text, 10)) == text.count("\n") + 1
