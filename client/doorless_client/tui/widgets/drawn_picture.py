"""A picture that the terminal draws itself, over cells that are left blank for it."""

import asyncio

from rich.segment import ControlType, Segment
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from doorless_client.previews import Picture
from doorless_client.tui.terminal_pictures import Drawing, Drawn

_OURS = [(ControlType.CURSOR_FORWARD, 0)]
"""Marks a segment as no text: it takes no cell, and the guard leaves it."""

ROOM = 6
"""Rows of the window around it: the sheet's edges and the line of keys."""


class DrawnPicture(Widget):
    """Draws once for each size; freed when it goes."""

    def __init__(self, picture: Picture, drawing: Drawing) -> None:
        super().__init__(id="picture")
        self._picture: Picture | None = picture
        self._drawing = drawing
        self._cells = (0, 0)
        self._drawn: Drawn | None = None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container
        if self._picture is None:
            return 0
        return self._drawing.fitted(self._picture, width - 1, max(1, viewport.height - ROOM))[1]

    def on_resize(self, event: events.Resize) -> None:
        if self._picture is None or event.size.width < 2 or not event.size.height:
            return
        cells = self._drawing.fitted(self._picture, event.size.width - 1, event.size.height)
        if cells == self._cells:
            return
        self._free()
        self._cells = cells
        self._drawn = self._drawing.begun(self._picture, *cells)
        self.run_worker(self._draw(self._drawn), exclusive=True, group="picture")

    def on_unmount(self) -> None:
        self._picture = None
        self._free()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blank cells, and what draws over them.

        The last column is never the picture's: segments after the last cell of a line are lost.
        """
        blank = self.rich_style
        before, after = Segment(" " * (self.size.width - 1), blank), Segment(" ", blank)
        strips = []
        for y in range(crop.y, crop.bottom):
            over = Segment(self._over(y), None, _OURS)
            strips.append(Strip([before, over, after], self.size.width))
        return [strip.crop(crop.x, crop.right) for strip in strips]

    async def _draw(self, drawn: Drawn) -> None:
        await asyncio.to_thread(drawn.draw)
        self.refresh()

    def _over(self, y: int) -> str:
        if self._drawn is None or not self.screen.is_active or not self._is_whole():
            return ""
        region, (columns, _) = self.region, self._cells
        left = region.x + (region.width - 1 - columns) // 2
        sequences = self._drawn.line(y, left, region.y)
        return f"\x1b7{sequences}\x1b8" if sequences else ""

    def _is_whole(self) -> bool:
        """Whether all of it is visible: pictures cannot be cut off at an edge."""
        return self.screen.find_widget(self).visible_region == self.region

    def _free(self) -> None:
        if self._drawn is not None:
            self._drawn.free()
            self._drawn = None
