"""What is done with messages while a messenger is at work: core.message_api.MessageActions."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from doorless_client.core.message_parts import Sealing, Version
from doorless_client.core.sayings import Sayings
from doorless_client.core.views import Message
from doorless_client.files_at_work import FilesAtWork

Refusing = Callable[[], AbstractContextManager[None]]
"""Inside it, what the store cannot do is a RefusedError."""


def uptime() -> float:
    """Seconds that nobody can set; with those that the computer slept, where they are counted."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class MessagesAtWork:
    def __init__(self, sayings: Sayings, refusing: Refusing, files: FilesAtWork) -> None:
        self._sayings, self._refusing, self._files = sayings, refusing, files

    async def react(self, message: Message, emoji: str) -> None:
        with self._refusing():
            self._sayings.react(message, emoji)

    async def edit(self, message: Message, text: str) -> None:
        with self._refusing():
            self._sayings.edit(message, text)

    async def delete(self, message: Message, *, everyone: bool) -> None:
        with self._refusing():
            self._sayings.delete(message, everyone=everyone)

    async def forward(self, message: Message, to: bytes) -> Message:
        if message.file is not None:
            return await self._files.forward(message, to)
        with self._refusing():
            return self._sayings.forward(message, to)

    async def pin(self, message: Message, pinned: bool) -> None:
        with self._refusing():
            self._sayings.pin(message, pinned)

    async def retry(self, message: Message) -> Message:
        with self._refusing():
            return self._sayings.retry(message)

    async def cancel(self, message: Message) -> None:
        if message.file is not None:
            await self._files.cancel(message)
            return
        with self._refusing():
            self._sayings.cancel(message)

    async def set_timer(self, conversation: bytes, seconds: int) -> None:
        with self._refusing():
            self._sayings.set_timer(conversation, seconds)

    def versions(self, message: Message) -> Sequence[Version]:
        return self._sayings.versions(message)

    def sealings(self, message: Message) -> Sequence[Sealing]:
        return self._sayings.sealings(message)

    def pinned(self, conversation: bytes) -> Sequence[Message]:
        return self._sayings.pinned(conversation)
