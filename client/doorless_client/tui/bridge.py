"""From engine events to screen updates: many events, few updates, no stall.

An engine that catches up tells of thousands of messages at once. Here they wait in a queue;
once a frame a batch of them is shown, for at most a few milliseconds.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter

from textual.message_pump import MessagePump

from doorless_client.core.api import Engine
from doorless_client.core.log_views import Alarm
from doorless_client.core.message_parts import FileView
from doorless_client.core.notice_views import DemandNotice, NoticesTold
from doorless_client.core.views import (
    AlarmRaised,
    Chat,
    ChatChanged,
    Connection,
    ConnectionChanged,
    Event,
    FileMoved,
    KeyChanged,
    Message,
    MessageAdded,
    MessageChanged,
    MessagesGone,
    Notice,
)

FRAME = 1 / 60
"""Seconds between two updates."""

BUSY = 0.008
"""Seconds of a frame that updates may take; the rest is for keys and drawing."""

SLICE = 64
"""Events in one batch at most, so that `BUSY` is looked at often enough."""


@dataclass(slots=True)
class Batch:
    """What some events come to: of anything that changed twice, the last."""

    added: dict[bytes, int] = field(default_factory=dict)  # new messages, by conversation
    late: dict[bytes, int] = field(default_factory=dict)  # the first position of a late one
    changed: dict[tuple[bytes, int], Message] = field(default_factory=dict)
    chats: dict[bytes, Chat] = field(default_factory=dict)
    alarms: dict[bytes, Chat] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)  # conversations that show less than before
    files: dict[tuple[bytes, bytes], FileView] = field(default_factory=dict)
    connection: Connection | None = None
    notices: list[Notice] = field(default_factory=list)
    log_alarms: list[Alarm] = field(default_factory=list)
    told: list[DemandNotice] = field(default_factory=list)

    def take(self, event: Event) -> None:
        match event:
            case MessageAdded(message):
                here = message.conversation
                self.added[here] = self.added.get(here, 0) + 1
                if message.late:
                    self.late[here] = min(self.late.get(here, message.position), message.position)
            case MessageChanged(message):
                self.changed[message.conversation, message.position] = message
            case MessagesGone(conversation):
                self.gone.add(conversation)
            case FileMoved(conversation, id, file):
                self.files[conversation, id] = file
            case ChatChanged(chat):
                self.chats[chat.conversation] = chat
            case KeyChanged(chat):
                self.chats[chat.conversation] = chat
                self.alarms[chat.conversation] = chat
            case ConnectionChanged(connection):
                self.connection = connection
            case Notice():
                self.notices.append(event)
            case AlarmRaised(alarm):
                self.log_alarms.append(alarm)
            case NoticesTold(notices):
                self.told += notices

    @property
    def broken(self) -> Notice | None:
        """The store failed for good: nothing that is told of can be read any more."""
        return next((notice for notice in self.notices if notice.broken), None)

    def changes_in(self, conversation: bytes) -> list[Message]:
        return [message for (where, _), message in self.changed.items() if where == conversation]

    def files_in(self, conversation: bytes) -> dict[bytes, FileView]:
        """By the id of their message."""
        return {id: file for (where, id), file in self.files.items() if where == conversation}


Show = Callable[[Batch], Awaitable[None]]


class Bridge:
    """Listens to an engine for a widget.

    Args:
        pump: whose timer it runs on.
        apply: shows a batch.
    """

    def __init__(self, engine: Engine, pump: MessagePump, apply: Show) -> None:
        self._pump, self._apply = pump, apply
        self._waiting: deque[Event] = deque()
        self._scheduled = False
        self._stop = engine.listen(self._hear)

    def stop(self) -> None:
        stop, self._stop = self._stop, _already
        stop()
        self._waiting.clear()

    def _hear(self, event: Event) -> None:
        self._waiting.append(event)
        if not self._scheduled:
            self._scheduled = True
            self._pump.set_timer(FRAME, self._drain)

    async def _drain(self) -> None:
        until = perf_counter() + BUSY
        while self._waiting and perf_counter() < until:
            batch = Batch()
            for _ in range(min(SLICE, len(self._waiting))):
                batch.take(self._waiting.popleft())
            await self._apply(batch)
            if batch.broken is not None:
                self.stop()
        self._scheduled = bool(self._waiting)
        if self._scheduled:
            self._pump.set_timer(FRAME, self._drain)


def _already() -> None:
    """It was stopped."""
