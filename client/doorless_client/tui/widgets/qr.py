"""A QR code in half blocks: two modules to a cell, dark on light whatever the theme."""

import segno
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

QUIET_ZONE = 2
"""Modules of light around the code. The standard asks for 4; cameras read 2."""

INK, PAPER = "#101418", "#ffffff"


class QrCode(Widget):
    """Draws `text`."""

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        code = segno.make(text, error="l", micro=False)
        self._modules = [bytes(row) for row in code.matrix_iter(border=QUIET_ZONE)]

    @property
    def columns(self) -> int:
        return len(self._modules[0])

    @property
    def rows(self) -> int:
        return (len(self._modules) + 1) // 2

    def get_content_width(self, container: Size, viewport: Size) -> int:
        del container, viewport
        return self.columns

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        return self.rows

    def render_line(self, y: int) -> Strip:
        if y >= self.rows:
            return Strip.blank(self.size.width, self.rich_style)
        upper = self._modules[2 * y]
        last = 2 * y + 1 == len(self._modules)
        lower = bytes(self.columns) if last else self._modules[2 * y + 1]
        segments = [
            Segment("▀", _CELLS[above, below]) for above, below in zip(upper, lower, strict=True)
        ]
        return Strip(segments, self.columns)


_CELLS = {
    (above, below): Style(color=INK if above else PAPER, bgcolor=INK if below else PAPER)
    for above in (0, 1)
    for below in (0, 1)
}
