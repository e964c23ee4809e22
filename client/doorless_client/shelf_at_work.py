"""How chats are arranged, and found, while a messenger is at work: core.shelf_api.ChatShelf."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from doorless_client.core.shelf import Shelves
from doorless_client.core.views import Chat

Refusing = Callable[[], AbstractContextManager[None]]
"""Inside it, what the store cannot do is a RefusedError."""


class ShelfAtWork:
    def __init__(self, shelves: Shelves, refusing: Refusing) -> None:
        self._shelves, self._refusing = shelves, refusing

    async def pin(self, conversation: bytes, pinned: bool) -> None:
        with self._refusing():
            self._shelves.pin(conversation, pinned)

    async def mute(self, conversation: bytes, until: int) -> None:
        with self._refusing():
            self._shelves.mute(conversation, until)

    async def archive(self, conversation: bytes, archived: bool) -> None:
        with self._refusing():
            self._shelves.archive(conversation, archived)

    async def mark_unread(self, conversation: bytes, unread: bool) -> None:
        with self._refusing():
            self._shelves.mark_unread(conversation, unread)

    async def rename(self, conversation: bytes, name: str) -> None:
        with self._refusing():
            self._shelves.rename(conversation, name)

    async def note_to_self(self) -> Chat:
        with self._refusing():
            return self._shelves.note_to_self()
