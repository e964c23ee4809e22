"""A scroll bar of half a cell: quiet when idle, still a whole cell wide to grab."""

from math import ceil

from rich.color import Color as RichColor
from rich.segment import Segment, Segments
from rich.style import Style
from textual.color import Color
from textual.scrollbar import ScrollBarRender

BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)

SHORTEST = 2
"""Rows of the thumb, however long the history: shorter cannot be grabbed."""


class ThinBar(ScrollBarRender):
    """Draws vertical bars; horizontal ones we have none."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color | RichColor = BLACK,
        bar_color: Color | RichColor = WHITE,
    ) -> Segments:
        del vertical
        back, bar = _rich(back_color), _rich(bar_color)
        blank = " " * thickness
        if not (size and 0 < window_size < virtual_size):  # 0: all of it is in the window
            return Segments([Segment(blank, Style(bgcolor=back))] * int(size), new_lines=True)
        above = Style(bgcolor=back, meta={"@mouse.down": "scroll_up"})
        below = Style(bgcolor=back, meta={"@mouse.down": "scroll_down"})
        grab = Style(color=bar, bgcolor=back, meta={"@mouse.down": "grab"})
        thumb = min(size, max(SHORTEST, ceil(window_size * size / virtual_size)))
        start = round((size - thumb) * min(1.0, position / (virtual_size - window_size)))
        return Segments(
            [
                *[Segment(blank, above)] * start,
                *[Segment("▐" * thickness, grab)] * thumb,
                *[Segment(blank, below)] * (size - thumb - start),
            ],
            new_lines=True,
        )


def _rich(color: Color | RichColor) -> RichColor:
    return color.rich_color if isinstance(color, Color) else color
