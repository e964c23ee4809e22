"""The last line: the keys that matter here, and how things stand with the relay."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.core.views import Connection, Link
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Hint
from doorless_client.tui.widgets.styled import Styled

FULL_FROM = 110
"""Cells from which there is room for the relay's name and speed."""


def in_words(
    connection: Connection, glyphs: Glyphs, *, retry_in: float, full: bool
) -> tuple[str, str]:
    """The state of the connection, sign first; and what else there is to say of it."""
    sign = {
        Link.ONLINE: glyphs.connected,
        Link.CONNECTING: glyphs.connecting,
        Link.OFFLINE: glyphs.offline,
        Link.REPLACED: glyphs.offline,
        Link.STRANGER: glyphs.offline,
        Link.REMOVED: glyphs.offline,
    }[connection.link]
    words = {
        Link.ONLINE: "connected",
        Link.CONNECTING: "connecting",
        Link.OFFLINE: "offline",
        Link.REPLACED: "opened elsewhere",
        Link.STRANGER: "not your relay",
        Link.REMOVED: "device removed",
    }[connection.link]
    parts = [""]
    if connection.link in (Link.OFFLINE, Link.STRANGER) and retry_in >= 1:
        parts.append(f"next try in {retry_in:.0f} s")
    if full:
        parts.append(connection.relay)
    if full and connection.round_trip is not None and connection.link is Link.ONLINE:
        parts.append(f"{connection.round_trip * 1000:.0f} ms")
    if connection.waiting:
        parts.append(f"{connection.waiting} waiting")
    return f"{sign} {words}", f" {glyphs.dot} ".join(parts)


class StatusBar(Styled):
    """Shows hints at its left and the connection at its right, which never gives way."""

    PREFIX = "status-bar"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"status-bar--{name}" for name in ("key", "hint", "online", "connecting", "offline")
    }

    hints: reactive[Sequence[Hint]] = reactive(tuple)
    connection: reactive[Connection | None] = reactive(None)
    retry_in: reactive[float] = reactive(0.0)
    alarm: reactive[str] = reactive("")

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def on_mount(self) -> None:
        self._clock = self.set_interval(1.0, self._tick, pause=True)

    def watch_connection(self, connection: Connection | None) -> None:
        self.retry_in = connection.retry_in if connection else 0.0
        if self.is_mounted:
            self._clock.resume() if self.retry_in else self._clock.pause()

    def _tick(self) -> None:
        self.retry_in = max(0.0, self.retry_in - 1.0)

    def render_line(self, y: int) -> Strip:
        del y  # there is one line
        width, base = self.size.width, self.style()
        right = self._state(width)
        segments = [Segment(" ", base)]
        room = width - right.cell_length - 4
        for key, hint in self.hints:
            size = cell_len(key) + cell_len(hint) + 3
            if size > room:
                break
            room -= size
            segments.append(Segment(key, base + self.part("key")))
            segments.append(Segment(f" {hint}  ", base + self.part("hint")))
        left = Strip(segments).adjust_cell_length(max(0, width - right.cell_length), base)
        return Strip.join([left, right]).adjust_cell_length(width, base)

    def _state(self, width: int) -> Strip:
        if self.connection is None:
            return Strip([])
        full = width >= FULL_FROM
        state, more = in_words(self.connection, self._glyphs, retry_in=self.retry_in, full=full)
        name = {Link.ONLINE: "online", Link.CONNECTING: "connecting"}.get(
            self.connection.link, "offline"
        )
        base = self.style()
        alarm = f"{self._glyphs.offline} {self.alarm} {self._glyphs.dot} "
        return Strip(
            [
                *([Segment(alarm, base + self.part("offline"))] if self.alarm else []),
                Segment(state, base + self.part(name)),
                Segment(f"{more} ", base + self.part("hint")),
            ]
        )
