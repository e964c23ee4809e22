"""A picture: as the terminal draws it, or in half cells, two pixels a cell."""

from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from doorless_client.previews import Picture
from doorless_client.text import SafeText
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.terminal_pictures import Drawing
from doorless_client.tui.widgets.drawn_picture import ROOM, DrawnPicture


class HalfCells(Widget):
    """Draws a picture as large as it fits, its shape kept."""

    def __init__(self, picture: Picture, glyphs: Glyphs) -> None:
        super().__init__(id="picture")
        self._picture, self._glyphs = picture, glyphs
        self._shown = picture

    def on_resize(self) -> None:
        self._shown = self._picture.fitted(self.size.width, 2 * self.size.height)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container
        shown = self._picture.fitted(width, 2 * max(1, viewport.height - ROOM))
        return (shown.height + 1) // 2

    def render_line(self, y: int) -> Strip:
        shown = self._shown
        cells = []
        for x in range(shown.width):
            upper = shown.pixel(x, min(2 * y, shown.height - 1))
            lower = shown.pixel(x, min(2 * y + 1, shown.height - 1))
            style = Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
            cells.append(Segment(self._glyphs.half, style))
        left = max(0, self.size.width - shown.width) // 2
        strip = Strip([Segment(" " * left, self.rich_style), *cells])
        return strip.adjust_cell_length(self.size.width, self.rich_style)


class Viewer(Sheet[None]):
    """Shows a picture until it is put away."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "viewer.tcss"]

    def __init__(
        self, name: SafeText, picture: Picture, glyphs: Glyphs, drawing: Drawing | None = None
    ) -> None:
        super().__init__(name)
        self._picture, self._glyphs, self._drawing = picture, glyphs, drawing

    def content(self) -> ComposeResult:
        if self._drawing is None:
            yield HalfCells(self._picture, self._glyphs)
        else:
            yield DrawnPicture(self._picture, self._drawing)
