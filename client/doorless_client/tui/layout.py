"""How the entries of a conversation become rows: pure, so that heights can be proven.

An entry may be led by a blank row, the line of a new day, the line of unread messages and the
line of a gap. What follows depends on the density.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from msgspec import structs
from rich.cells import cell_len

from doorless_client.core.views import Kind, Message, State
from doorless_client.text import NOTHING, SafeText
from doorless_client.tui import moments
from doorless_client.tui.chips import chips
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.inside import inside, meta, needs_own_row, shape
from doorless_client.tui.marked import UNCOVER
from doorless_client.tui.rows import Part, Row, moment, text_of
from doorless_client.tui.wrapping import shorten, wrap

TOGETHER = 300
"""Seconds within which messages of one side are drawn without a blank row between them."""

SYSTEM = frozenset({"note", "day", "rule", "unread", "gap"})
"""Styles of what this computer says. No part of a message has one: C07."""

TICKS = {
    State.WAITING: "waiting",
    State.SENT: "meta",
    State.DELIVERED: "meta",
    State.READ: "read",
    State.FAILED: "failed",
}
"""Roles of the signs that say how far a message of ours came."""


def is_system(message: Message) -> bool:
    """Whether this computer says it: its kind decides, never what it says (C07)."""
    return message.kind is Kind.NOTE


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of entries at one width, for one reading of a conversation.

    Attributes:
        width: cells of every row.
        unread_from: place of the first message that was not seen when the chat was opened.
        unread: how many there were.
        now: Unix seconds, for "Today".
        name: what the other one is called.
        address: what they are known as where nobody calls them anything.
        marks: whether code and what is hidden are drawn as such.
        bare: whether what is hidden is shown; the rows are as many.
    """

    width: int
    glyphs: Glyphs
    now: Callable[[], int]
    unread_from: int | None = None
    unread: int = 0
    name: SafeText = NOTHING
    address: SafeText = NOTHING
    marks: bool = True
    bare: bool = False

    ROWS_BESIDE_TEXT: ClassVar[float]
    """Rows of an average entry beyond those that its text fills, for estimates."""

    AIRY: ClassVar[bool] = True
    """Whether blank rows part what does not belong together."""

    @property
    def inner(self) -> int:
        """Cells of text in a row."""
        raise NotImplementedError

    def height(self, message: Message, before: Message | None) -> int:
        """How many rows `rows` gives."""
        head = len(self._lead(message, before)) + self._has_name(message, before)
        if is_system(message):
            return head + len(self._note_lines(message))
        return head + self._body_height(message)

    def rows(self, message: Message, before: Message | None) -> list[Row]:
        """What is drawn for `message`, which follows `before`."""
        lead = self._lead(message, before)
        if is_system(message):
            return [*lead, *(self._centred(line, "note") for line in self._note_lines(message))]
        name = [self._name(message)] if self._has_name(message, before) else []
        return [*lead, *name, *self._body(message)]

    def lead(self, message: Message, before: Message | None) -> int:
        """How many of the rows come before the message itself."""
        return len(self._lead(message, before)) + self._has_name(message, before)

    # --- what each density says for itself ---------------------------------------------------

    def _has_name(self, message: Message, before: Message | None) -> bool:
        del message, before
        return False

    def _name(self, message: Message) -> Row:
        raise NotImplementedError

    def _body(self, message: Message) -> list[Row]:
        raise NotImplementedError

    def _inside(self, message: Message) -> list[Row]:
        """What it says; whoever is quoted is called what the person calls them."""
        quote = message.quote
        if quote is not None and self.name and quote.author == self.address:
            message = structs.replace(message, quote=replace(quote, author=self.name))
        return inside(message, self.inner, self.glyphs, marks=self.marks, bare=self.bare)

    def _room_for_meta(self) -> int:
        """Cells that words and time may take together."""
        return self.inner

    def _body_height(self, message: Message) -> int:
        rows, last = self._shape(message)
        rows += needs_own_row(last, self._meta(message), self._room_for_meta())
        return rows + (len(self._chips(message)) if message.reactions else 0)

    def _shape(self, message: Message) -> tuple[int, str]:
        return shape(message, self.inner, self.glyphs, marks=self.marks)

    def _is_meta_apart(self, message: Message, last: Row) -> bool:
        """Whether time and state take a row of their own, after the last one of its words.

        What is hidden counts as it was said, so that a message is as high when it is shown.
        """
        plain = not any(part.target == UNCOVER for part in last)
        words = text_of(last) if plain else self._shape(message)[1]
        return needs_own_row(words, self._meta(message), self._room_for_meta())

    def _chips(self, message: Message) -> list[Row]:
        return chips(message.reactions, self.inner, self.glyphs)

    def _meta(self, message: Message) -> str:
        return meta(message, self.glyphs, self._room_for_meta())

    def _meta_parts(self, message: Message, meta: str, ground: str) -> Row:
        """Time, and the sign of its state in a style of its own."""
        if not message.mine or message.state not in TICKS:
            return [Part(meta, f"{ground}-meta")]
        tick = f"{ground}-{TICKS[message.state]}"
        return [Part(meta[:-2], f"{ground}-meta"), Part(meta[-2:], tick)]

    # --- what leads -------------------------------------------------------------------------

    def _lead(self, message: Message, before: Message | None) -> list[Row]:
        rows: list[Row] = []
        blank: list[Row] = [[]] if self.AIRY else []
        when = moment(message)
        if before is None or moments.date(moment(before)) != moments.date(when):
            rows += [*blank, self._ruled(moments.day(when, self.now()), "day", "rule")]
        if message.position == self.unread_from:
            words = "1 new message" if self.unread == 1 else f"{self.unread} new messages"
            rows += [*blank, self._ruled(words, "unread", "unread")]
        if message.gap:
            words = "1 message is" if message.gap == 1 else f"{message.gap} messages are"
            rows += [*blank, self._centred(f"{words} missing here", "gap")]
        if self.AIRY and (rows or is_system(message) or before is None or apart(message, before)):
            rows.append([])
        return rows

    def _ruled(self, words: str, style: str, rule: str) -> Row:
        text = f" {shorten(words, self.width - 6)} "
        left = max(1, (self.width - cell_len(text)) // 2)
        right = max(1, self.width - cell_len(text) - left)
        return [
            Part(self.glyphs.rule * left, rule),
            Part(text, style),
            Part(self.glyphs.rule * right, rule),
        ]

    def _centred(self, words: str, style: str) -> Row:
        words = shorten(words, self.width - 2)
        return [Part(" " * max(0, (self.width - cell_len(words)) // 2) + words, style)]

    def _note_lines(self, message: Message) -> list[str]:
        return wrap(message.text, max(8, self.width - 6))


def apart(message: Message, before: Message) -> bool:
    """Whether a blank row parts two messages."""
    return (
        is_system(before)
        or before.mine != message.mine
        or before.sender != message.sender
        or abs(moment(message) - moment(before)) > TOGETHER
    )


def grounded(row: Row, ground: str) -> Row:
    """The same parts, their roles as styles on a ground: "own", "peer" or "plain"."""
    return [part._replace(style=f"{ground}-{part.style}") for part in row]
