"""Bubbles: ours at the right, theirs at the left, time and state on their last row."""

from typing import ClassVar

from rich.cells import cell_len

from doorless_client.core.views import Message
from doorless_client.tui.layout import Layout, grounded
from doorless_client.tui.rows import Part, Row, width_of

WIDEST = 74
"""Cells of a bubble at most: longer lines are hard to follow."""


class Bubbles(Layout):
    """The rows of a conversation as bubbles."""

    __slots__ = ()
    ROWS_BESIDE_TEXT: ClassVar[float] = 0.9

    @property
    def inner(self) -> int:
        room = self.width - 4 if self.width < 48 else int(self.width * 0.78)
        return max(8, min(WIDEST, room) - 2)

    def _body(self, message: Message) -> list[Row]:
        ground = "own" if message.mine else "peer"
        rows, meta = self._inside(message), self._meta(message)
        if self._is_meta_apart(message, rows[-1]):
            rows.append([])
        last = width_of(rows[-1])
        body = max(*map(width_of, rows), last + cell_len(meta) + (2 if last else 0))
        margin = " " * (self.width - body - 4 if message.mine else 1)
        start = [Part(margin), Part(self.glyphs.left_edge, f"edge-{ground}")]
        end = [Part(self.glyphs.right_edge, f"edge-{ground}")]
        drawn = [
            [*start, *grounded(row, ground), _fill(body - width_of(row), ground), *end]
            for row in rows[:-1]
        ]
        fill = _fill(body - last - cell_len(meta), ground)
        time = self._meta_parts(message, meta, ground)
        drawn.append([*start, *grounded(rows[-1], ground), fill, *time, *end])
        for row in self._chips(message):
            left = min(len(margin) + 1, self.width - width_of(row) - 3)
            drawn.append([Part(" " * left), *row])
        return drawn


def _fill(cells: int, ground: str) -> Part:
    return Part(" " * cells, f"{ground}-text")
