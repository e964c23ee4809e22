"""X-ray: the conversation as the relay has it, row for row beside the one that you see."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.strip import Strip

from doorless_client.core.api import Engine
from doorless_client.core.views import Message, State, WireView
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

ENVELOPES_KEPT = 512
"""Envelopes' first bytes in memory: some screens' worth."""


class Mirror(Styled):
    """Draws real envelope bytes on the rows on which a ChatLog draws their messages."""

    PREFIX = "mirror"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"mirror--{name}" for name in ("head", "bytes", "quiet", "picked")
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
        strip = Strip(self._segments(message, row, base, width))
        return strip.crop(0, width).adjust_cell_length(width, base)

    def _segments(self, message: Message, row: int, base: Style, width: int) -> list[Segment]:
        wire = self.wire(message)
        if wire is None or not wire.size:
            waits = message.state is State.WAITING
            words = "nothing yet, still here" if waits else "nothing sent, stays here"
            words = shorten(words, width - 3, self._glyphs.ellipsis)
            return [Segment(f"  {words}" if row == 0 else "", base + self.part("quiet"))]
        head = f" {moments.to_the_second(wire.at)} {in_words(wire.size):>7} "
        first = max(0, (width - len(head) - 1) // 3)
        each = max(1, (width - 2) // 3)
        if row == 0:
            shown = wire.head[:first].hex(" ")
            return [Segment(head, base + self.part("head")), self._bytes(shown, base)]
        start = first + (row - 1) * each
        return [self._bytes(" " + wire.head[start : start + each].hex(" "), base)]

    def _bytes(self, text: str, base: Style) -> Segment:
        return Segment(text, base + self.part("bytes"))
