"""X-ray: the conversation as the relay has it, row for row beside the one that you see."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.strip import Strip

from doorless_client.core.api import Engine
from doorless_client.core.views import Chat, Message, State, WireView
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

ENVELOPES_KEPT = 512
"""Envelopes' first bytes in memory: some screens' worth."""

STAYS = "stays here"
"""In the place of a time, which nobody saw: the envelope went to no relay."""

REACTED = "a reaction: one more just like it"


def title(chat: Chat | None) -> str:
    """What the column beside a conversation shows."""
    return "nothing sent: it stays here" if chat and chat.echo else "what the relay has"


class Mirror(Styled):
    """Draws real envelope bytes on the rows on which a ChatLog draws their messages."""

    PREFIX = "mirror"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"mirror--{name}" for name in ("head", "bytes", "quiet", "stays", "picked")
    }

    def __init__(
        self, engine: Engine, log: ChatLog, glyphs: Glyphs, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._engine, self._log, self._glyphs = engine, log, glyphs
        self._wires: LRUCache[bytes, WireView | None] = LRUCache(ENVELOPES_KEPT)

    def on_mount(self) -> None:
        self.watch(self._log, "scroll_y", self._follow)
        self.watch(self._log, "rows", self._follow)
        self.watch(self._log, "picked", self._follow)

    def changed(self, messages: list[Message]) -> None:
        """What went over the wire for these may be more than before."""
        for message in messages:
            self._wires.discard(message.id)
        self.refresh()

    def wire(self, message: Message) -> WireView | None:
        if not message.id:
            return None
        if message.id not in self._wires:
            (self._wires[message.id],) = self._engine.wire([message])
        return self._wires[message.id]

    def _follow(self) -> None:
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._log.scroll_relative(y=self.app.scroll_sensitivity_y, animate=False)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._log.scroll_relative(y=-self.app.scroll_sensitivity_y, animate=False)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.style()
        found = self._log.message_at(self._log.scroll_offset.y + y)
        if found is None:
            return Strip.blank(width, base)
        place, message, within = found
        row = within - self._log.lead(place)
        if row < 0:
            return Strip.blank(width, base)
        if place == self._log.picked:
            base += Style(bgcolor=self.part("picked").bgcolor)
        rows = self._log.heights.height(place) - self._log.lead(place)
        segments = self._segments(message, row, rows, base, width, top=y == 0)
        return Strip(segments).crop(0, width).adjust_cell_length(width, base)

    def _segments(
        self, message: Message, row: int, rows: int, base: Style, width: int, *, top: bool
    ) -> list[Segment]:
        """Row `row` of the `rows` that the message has beside this; the `top` one of the screen."""
        wire = self.wire(message)
        if wire is None or not wire.size:
            return [self._quiet(_nothing(message) if row == 0 else "", base, width)]
        if message.reactions and 0 < row == rows - 1:
            return self._reaction(wire, base, width)
        head = self._head(wire.at, wire.size, stays=wire.stays)
        first = max(0, (width - len(head) - 1) // 3)
        each = max(1, (width - 2) // 3)
        if row == 0:
            return self._first(head, wire.head[:first], base, stays=wire.stays)
        start = first + (row - 1) * each
        over = start - len(wire.head)
        if over >= 0 and len(wire.head) < wire.size:  # said once, and to who scrolls past it
            more = in_words(wire.size - len(wire.head))
            return [
                self._quiet(f"{more} more like this" if over < each or top else "", base, width)
            ]
        return [self._bytes(" " + wire.head[start : start + each].hex(" "), base)]

    def _reaction(self, wire: WireView, base: Style, width: int) -> list[Segment]:
        """Beside the row of reactions: the newest one's envelope, if it is known."""
        newest = [one for one in wire.beside if one.kind == "reaction"][-1:]
        if not newest:
            return [self._quiet(REACTED, base, width)]
        head = self._head(newest[0].at, newest[0].size, stays=wire.stays)
        shown = newest[0].head[: max(0, (width - len(head) - 1) // 3)]
        return self._first(head, shown, base, stays=wire.stays)

    def _head(self, at: int, size: int, *, stays: bool) -> str:
        """When and how large, as the relay saw it; no time, where it saw none."""
        if stays:
            return f" {STAYS} {in_words(size):>5} "
        return f" {moments.to_the_second(at)} {in_words(size):>7} "

    def _first(self, head: str, shown: bytes, base: Style, *, stays: bool) -> list[Segment]:
        """In the relay's colour, or in ours where it had nothing."""
        style = self.part("stays" if stays else "head")
        return [Segment(head, base + style), self._bytes(shown.hex(" "), base)]

    def _quiet(self, words: str, base: Style, width: int) -> Segment:
        shown = shorten(words, width - 3, self._glyphs.ellipsis)
        return Segment(f"  {shown}" if shown else "", base + self.part("quiet"))

    def _bytes(self, text: str, base: Style) -> Segment:
        return Segment(text, base + self.part("bytes"))


def _nothing(message: Message) -> str:
    """Where there is no envelope to show: waiting, never sent, or said where this was not there."""
    if message.state is State.WAITING:
        return "nothing yet, still here"
    is_note = message.mine and message.state is State.RECEIVED  # to oneself, with no other device
    known = not message.id or is_note or message.state is State.FAILED
    return "nothing sent, stays here" if known else "not known on this device"
