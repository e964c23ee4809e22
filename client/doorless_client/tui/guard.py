"""The second layer: whatever is about to be drawn, nothing in it commands the terminal.

The first is `doorless_client.text`, where text enters. This one sees every line of every
widget last, so a text that some path forgot to make safe still arrives harmless.
"""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from doorless_client.text import neutralise

_SHARED = "[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]"
_IN_ONE_CELL = re.compile(f"^(?:{_SHARED}|\u200d.?)+|.(?:{_SHARED}|\u200d.?)+", re.DOTALL)
"""A character, and what the toolkit draws into its cells: joined emoji, tones, selectors."""

_FLAGS = {0x1F1E6 + place: ord("A") + place for place in range(26)}
"""The letters that flags are spelled with: one cell of the toolkit each, in some terminals two."""

_WHITE_SPACE = {ord("\n"): "␤", ord("\t"): "␉"}


class Guard(LineFilter):
    """Shows control characters as glyphs in every segment that is text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        del background
        return [
            Segment(harmless(text), style) if control is None else Segment(text, style, control)
            for text, style, control in segments
        ]


def harmless(text: str) -> str:
    """`text` as it may go to the terminal: printable characters on one line, as many as before."""
    if text.isascii() and text.isprintable():
        return text
    return in_its_cells(neutralise(text).translate(_WHITE_SPACE))


def in_its_cells(text: str) -> str:
    """As many cells as the toolkit counts, in every terminal: those that join no emoji as well.

    Of what is drawn in one place, the first is left. A message's own words were spelled out before
    (tui/short_names.py); this is for names, previews and titles.
    """
    if max(text, default="") < "\u200d":
        return text
    return _IN_ONE_CELL.sub(_first, text).translate(_FLAGS)


def _first(found: re.Match[str]) -> str:
    first = re.sub(_SHARED, "", found[0][0])
    return first + " " * (cell_len(found[0]) - cell_len(first))
