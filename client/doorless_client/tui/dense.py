"""Dense: a message a line, as in IRC. Most text on a small screen."""

from typing import ClassVar

from rich.cells import cell_len

from doorless_client.core.views import Message
from doorless_client.tui import moments
from doorless_client.tui.inside import meta
from doorless_client.tui.layout import Layout, grounded
from doorless_client.tui.rows import Part, Row, moment
from doorless_client.tui.wrapping import shorten

NAMED_FROM = 40
"""Cells from which there is a column of names."""


class Dense(Layout):
    """The rows of a conversation, with no row that holds no words."""

    __slots__ = ()
    ROWS_BESIDE_TEXT: ClassVar[float] = 0.1
    AIRY: ClassVar[bool] = False

    @property
    def _names(self) -> int:
        return 0 if self.width < NAMED_FROM else 10 if self.width < 100 else 14

    @property
    def inner(self) -> int:
        return max(6, self.width - self._names - 10)

    def _meta(self, message: Message) -> str:
        """All but the time, which has a column of its own."""
        return meta(message, self.glyphs, self.inner, timed=False)

    def _body(self, message: Message) -> list[Row]:
        rows, after = self._inside(message), self._meta(message)
        if self._is_meta_apart(message, rows[-1]):
            rows.append([])
        drawn: list[Row] = []
        for number, row in enumerate(rows):
            drawn.append([*self._columns(message if not number else None), *grounded(row, "plain")])
        if after:
            drawn[-1] += [
                Part("  " if rows[-1] else ""),
                *self._meta_parts(message, after, "plain"),
            ]
        beside = self._columns(None)
        return [
            *drawn,
            *([*beside, *row] for row in self._chips(message)),
        ]

    def _columns(self, message: Message | None) -> Row:
        """Time, name and rule; on all rows but the first only the rule."""
        rule = Part(f" {self.glyphs.bar} ", "plain-rule")
        if message is None:
            return [Part(" " * (6 + self._names)), rule]
        time = Part(f" {moments.clock(moment(message))}", "plain-meta")
        if not self._names:
            return [time, rule]
        whole = "you" if message.mine else (self.name or message.sender).split(" ")[0]
        name = shorten(whole, self._names - 1, self.glyphs.ellipsis)
        pad = Part(" " * (self._names - cell_len(name)))
        return [time, pad, Part(name, "rail-own" if message.mine else "rail-peer"), rule]
