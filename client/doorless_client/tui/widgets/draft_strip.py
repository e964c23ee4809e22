"""What is being typed, as the relay would get it if it were sent now."""

from typing import ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.wrapping import shorten


def on_the_wire(typed: int, wire: int | None, glyphs: Glyphs, *, stays: bool = False) -> str:
    """The one line that says what padding does.

    Args:
        wire: None for a text that is too long.
        stays: to whom it is written, is on this computer.
    """
    if wire is None:
        return f"{in_words(typed)} typed {glyphs.dot} too long to send"
    where = "sealed, stays here" if stays else "on the wire"
    return f"{in_words(typed)} typed {glyphs.arrow} {in_words(wire)} {where}"


FULL_FROM = 40
"""Cells from which there is room for whole sentences."""


class DraftStrip(Widget):
    """Two lines at most, beside or under the composer."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"draft-strip--size", "draft-strip--quiet"}

    typed: reactive[int] = reactive(0)
    wire: reactive[int | None] = reactive(0)
    stays: reactive[bool] = reactive(False)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        quiet = self.get_component_rich_style("draft-strip--quiet", partial=True)
        size = self.get_component_rich_style("draft-strip--size", partial=True)
        if not self.typed:
            lines = [(self._before(full=width >= FULL_FROM), quiet)]
        else:
            words = on_the_wire(self.typed, self.wire, self._glyphs, stays=self.stays)
            lines = [(words, size)]
            if self.wire:
                lines.append(("sealed at Enter, its key used once", quiet))
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        text, style = lines[y]
        line = Segment(
            " " + shorten(text, width - 2, self._glyphs.ellipsis), self.rich_style + style
        )
        return Strip([line]).adjust_cell_length(width, self.rich_style)

    def _before(self, *, full: bool) -> str:
        if self.stays:
            return "Nothing of this leaves, ever" if full else "Nothing of this leaves"
        return "Nothing leaves before you press Enter" if full else "Nothing leaves before Enter"
