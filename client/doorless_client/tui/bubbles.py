"""How the entries of a conversation become rows: pure, so that heights can be proven.

A row is a list of parts, each a text and the name of its style. An entry may be led by a
blank row, the line of a new day, the line of unread messages and the line of a gap; a message
is a bubble with its time, and its state if it is ours, on its last line.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len

from doorless_client.core.views import Kind, Message, State
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.wrapping import shorten, wrap

Part = tuple[str, str]
Row = list[Part]

TOGETHER = 300
"""Seconds within which messages of one side are drawn without a blank row between them."""

LATE = "late"
"""Before the time of a message that came after what its device had said later."""

WIDEST = 74
"""Cells of a bubble at most: longer lines are hard to follow."""


def moment(message: Message) -> int:
    """When it was said: by the sender's clock, but never after it came here. Unix seconds."""
    return max(0, min(message.at // 1000, message.received))


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of entries at one width, for one reading of a conversation.

    Attributes:
        width: cells of every row.
        unread_from: place of the first message that was not seen when the chat was opened.
        unread: how many there were.
        now: Unix seconds, for "Today".
    """

    width: int
    glyphs: Glyphs
    now: Callable[[], int]
    unread_from: int | None = None
    unread: int = 0

    @property
    def inner(self) -> int:
        """Cells of text in a bubble."""
        room = self.width - 4 if self.width < 48 else int(self.width * 0.78)
        return max(8, min(WIDEST, room) - 2)

    def height(self, message: Message, before: Message | None) -> int:
        """How many rows `rows` gives."""
        lead = len(self._lead(message, before))
        if message.kind is Kind.NOTE:
            return lead + len(self._note_lines(message))
        lines = self._lines(message)
        return lead + len(lines) + self._meta_apart(message, lines)

    def rows(self, message: Message, before: Message | None) -> list[Row]:
        """What is drawn for `message`, which follows `before`."""
        lead = self._lead(message, before)
        if message.kind is Kind.NOTE:
            return [*lead, *(self._centred(line, "note") for line in self._note_lines(message))]
        return [*lead, *self._bubble(message)]

    def lead(self, message: Message, before: Message | None) -> int:
        """How many of the rows come before the message itself."""
        return len(self._lead(message, before))

    def _lead(self, message: Message, before: Message | None) -> list[Row]:
        rows: list[Row] = []
        when = moment(message)
        if before is None or moments.date(moment(before)) != moments.date(when):
            rows += [[], self._ruled(moments.day(when, self.now()), "day", "rule")]
        if message.position == self.unread_from:
            words = "1 new message" if self.unread == 1 else f"{self.unread} new messages"
            rows += [[], self._ruled(words, "unread", "unread")]
        if message.gap:
            words = "1 message is" if message.gap == 1 else f"{message.gap} messages are"
            rows += [[], self._centred(f"{words} missing here", "gap")]
        if rows or message.kind is Kind.NOTE or before is None or _apart(message, before):
            rows.append([])
        return rows

    def _ruled(self, words: str, style: str, rule: str) -> Row:
        text = f" {shorten(words, self.width - 6)} "
        left = max(1, (self.width - cell_len(text)) // 2)
        right = max(1, self.width - cell_len(text) - left)
        return [(self.glyphs.rule * left, rule), (text, style), (self.glyphs.rule * right, rule)]

    def _centred(self, words: str, style: str) -> Row:
        words = shorten(words, self.width - 2)
        return [(" " * max(0, (self.width - cell_len(words)) // 2) + words, style)]

    def _note_lines(self, message: Message) -> list[str]:
        return wrap(message.text, max(8, self.width - 6))

    def _lines(self, message: Message) -> list[str]:
        return wrap(message.text or " ", self.inner)

    def _meta(self, message: Message) -> str:
        time = moments.clock(moment(message))
        if message.late:
            time = f"{LATE} {time}"
        return f"{time} {self.glyphs.ticks[message.state]}" if message.mine else time

    def _meta_apart(self, message: Message, lines: list[str]) -> bool:
        """Whether time and state need a row of their own."""
        return cell_len(lines[-1]) + 2 + cell_len(self._meta(message)) > self.inner

    def _bubble(self, message: Message) -> list[Row]:
        side = "own" if message.mine else "peer"
        lines, meta = self._lines(message), self._meta(message)
        apart = self._meta_apart(message, lines)
        body = max(cell_len(line) for line in lines)
        body = max(body, cell_len(meta) + (0 if apart else cell_len(lines[-1]) + 2))
        margin = " " * (self.width - body - 4 if message.mine else 1)
        start: Row = [(margin, ""), (self.glyphs.left_edge, f"edge-{side}")]
        end: Row = [(self.glyphs.right_edge, f"edge-{side}")]
        style = "unknown" if message.kind is Kind.UNKNOWN else side
        if apart:
            lines.append("")
        rows = [
            [*start, (line + " " * (body - cell_len(line)), style), *end] for line in lines[:-1]
        ]
        last = lines[-1]
        gap = " " * (body - cell_len(last) - cell_len(meta))
        rows.append([*start, (last + gap, style), *self._meta_parts(message, meta, side), *end])
        return rows

    def _meta_parts(self, message: Message, meta: str, side: str) -> Row:
        if not message.mine:
            return [(meta, f"{side}-meta")]
        return [(meta[:-2], f"{side}-meta"), (meta[-2:], _TICK_STYLES[message.state])]


_TICK_STYLES = {
    State.WAITING: "waiting",
    State.SENT: "own-meta",
    State.DELIVERED: "own-meta",
    State.READ: "read",
    State.FAILED: "failed",
}


def _apart(message: Message, before: Message) -> bool:
    """Whether a blank row parts two messages."""
    return (
        before.kind is Kind.NOTE
        or before.mine != message.mine
        or before.sender != message.sender
        or abs(moment(message) - moment(before)) > TOGETHER
    )
