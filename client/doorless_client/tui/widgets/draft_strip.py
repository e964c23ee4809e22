"""What is being typed, as the relay would get it if it were sent now."""

from typing import ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.wrapping import shorten


def on_the_wire(typed: int, wire: int | None, glyphs: Glyphs) -> str:
    """The one line that says what padding does. `wire` is None for a text that is too long."""
    if wire is None:
        return f"{in_words(typed)} typed {glyphs.dot} too long to send"
    return f"{in_words(typed)} typed {glyphs.arrow} {in_words(wire)} on the wire"


FULL_FROM = 40
"""Cells from which there is room for whole sentences."""


class DraftStrip(Widget):
    """Two lines at most, beside or under the composer."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"draft-strip--size", "draft-strip--quiet"}

    typed: reactive[int] = reactive(0)
    wire: reactive[int | None] = reactive(0)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        quiet = self.get_component_rich_style("draft-strip--quiet", partial=True)
        size = self.get_component_rich_style("draft-strip--size", partial=True)
        if not self.typed:
            full = width >= FULL_FROM
            words = (
                "Nothing leaves before you press Enter" if full else "Nothing leaves before Enter"
            )
            lines = [(words, quiet)]
        else:
            lines = [(on_the_wire(self.typed, self.wire, self._glyphs), size)]
            if self.wire:
                lines.append(("sealed at Enter, its key used once", quiet))
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        text, style = lines[y]
        line = Segment(
            " " + shorten(text, width - 2, self._glyphs.ellipsis), self.rich_style + style
        )
        return Strip([line]).adjust_cell_length(width, self.rich_style)
