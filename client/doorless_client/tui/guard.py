"""The second layer: whatever is about to be drawn, nothing in it commands the terminal.

The first is `doorless_client.text`, where text enters. This one sees every line of every
widget last, so a text that some path forgot to make safe still arrives harmless.
"""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from doorless_client.text import neutralise

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
    return neutralise(text).translate(_WHITE_SPACE)
