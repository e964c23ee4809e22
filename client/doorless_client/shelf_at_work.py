"""How chats are arranged, and found, while a messenger is at work: core.shelf_api.ChatShelf."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Final

from doorless_client.core.api import Listener
from doorless_client.core.shelf import Shelves
from doorless_client.core.shelf_api import Found
from doorless_client.core.views import Chat, Event, MessageAdded, MessagesGone
from doorless_client.store.base import StoreError

Refusing = Callable[[], AbstractContextManager[None]]
"""Inside it, what the store cannot do is a RefusedError."""


QUIET: Final = 1.0
"""Seconds without a new or changed message before words are taken into the index."""

BREATH: Final = 0.02
"""Seconds between two steps of it: for everything else that the loop has to do."""

LAST: Final = 2.0
"""Seconds, at most, that closing takes for what is being forgotten."""


class ShelfAtWork:
    def __init__(self, shelves: Shelves, refusing: Refusing) -> None:
        self._shelves, self._refusing = shelves, refusing
        self._next: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    # --- the index of words, kept up to date while nothing else goes on ----------------------

    def begin(self, listen: Callable[[Listener], object]) -> None:
        listen(self._hear)
        self._later(QUIET)

    @contextmanager
    def taken_out(self) -> Iterator[None]:
        """Around what takes so much out of it that the rest may have to come in anew."""
        yield
        self._later(QUIET)

    def ready(self) -> None:
        """Take in all that waits, now: for a command that does nothing else."""
        with self._refusing():
            while self._shelves.sweeping.is_due():
                self._shelves.sweeping.step()
            while self._shelves.searching.step():
                pass

    def _hear(self, event: Event) -> None:
        """Whatever is said puts it off: who catches up is not slowed."""
        if isinstance(event, MessageAdded | MessagesGone):
            self._later(QUIET)

    async def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        await self.let_go(LAST)

    def _later(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._not_before = loop.time() + seconds
        if self._next is None:
            self._next = loop.call_at(self._not_before, self._step)

    def _step(self) -> None:
        self._next, loop = None, asyncio.get_running_loop()
        if loop.time() < self._not_before:
            self._next = loop.call_at(self._not_before, self._step)
            return
        with suppress(StoreError):  # a search says why not
            if self._shelves.searching.must_wait():
                self._later(QUIET)
            elif self._shelves.searching.step():
                self._later(BREATH)

    # --- what is forgotten, to its end -------------------------------------------------------

    async def let_go(self, seconds: float) -> None:
        """See what is forgotten, or disappeared, to its end; after so long, at the next start."""
        until = asyncio.get_running_loop().time() + seconds
        with suppress(StoreError):
            while self._shelves.sweeping.is_due() and asyncio.get_running_loop().time() < until:
                self._shelves.sweeping.step()
                await asyncio.sleep(0)

    # --- core.shelf_api.ChatShelf ------------------------------------------------------------

    def search(
        self, words: str, conversation: bytes | None = None, *, at_most: int = 200
    ) -> Sequence[Found]:
        with self._refusing():
            return self._shelves.searching.search(words, conversation, at_most=at_most)

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
