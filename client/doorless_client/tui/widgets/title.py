"""Titles above the columns: the chats, and X-ray."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from doorless_client.tui.wrapping import shorten


class Title(Widget):
    """A mark, and words after it for which there may be no room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--mark", "title--words"}

    mark: reactive[str] = reactive("")
    words: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, base)
        mark = f" {self.mark} "
        words = shorten(f"  {self.words}", max(0, width - cell_len(mark)))
        return Strip(
            [
                Segment(mark, base + self.get_component_rich_style("title--mark", partial=True)),
                Segment(words, base + self.get_component_rich_style("title--words", partial=True)),
            ]
        ).adjust_cell_length(width, base)
