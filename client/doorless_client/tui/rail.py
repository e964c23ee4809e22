"""Rail: a coloured edge for each speaker, times in a column at the right. Best for long texts."""

from typing import ClassVar

from rich.cells import cell_len

from doorless_client.core.views import Message
from doorless_client.tui import moments
from doorless_client.tui.layout import Layout, apart, grounded, is_system
from doorless_client.tui.rows import Part, Row, moment, width_of
from doorless_client.tui.wrapping import shorten

TIMES = 12
"""Cells of the column of times."""

WIDEST = 88
"""Cells of text in a row at most."""


class Rail(Layout):
    """The rows of a conversation behind a rail."""

    __slots__ = ()
    ROWS_BESIDE_TEXT: ClassVar[float] = 0.9

    @property
    def inner(self) -> int:
        return max(8, min(WIDEST, self.width - 4 - (TIMES if self.width >= 40 else 0)))

    def _room_for_meta(self) -> int:
        return max(8, self.width - 4)

    def _has_name(self, message: Message, before: Message | None) -> bool:
        return not is_system(message) and (
            before is None
            or apart(message, before)
            or message.position == self.unread_from
            or bool(message.gap)
            or moments.date(moment(before)) != moments.date(moment(message))
        )

    def _name(self, message: Message) -> Row:
        words = "You" if message.mine else self.name or message.sender
        style = "rail-own" if message.mine else "rail-peer"
        return [Part(" "), Part(shorten(words, self.width - 2, self.glyphs.ellipsis), style)]

    def _body(self, message: Message) -> list[Row]:
        edge = Part(self.glyphs.selected, "rail-own" if message.mine else "rail-peer")
        start = [Part(" "), edge, Part(" ")]
        rows, meta = self._inside(message), self._meta(message)
        if self._is_meta_apart(message, rows[-1]):
            rows.append([])
        drawn = [[*start, *grounded(row, "plain")] for row in rows]
        gap = self.width - 4 - width_of(rows[-1]) - cell_len(meta)
        drawn[-1] += [Part(" " * max(0, gap)), *self._meta_parts(message, meta, "plain")]
        return [
            *drawn,
            *([*start, *row] for row in self._chips(message)),
        ]
