"""Saved replies while a messenger is at work: core.saved_api.SavedReplies."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from doorless_client.core.saved_api import SavedReply
from doorless_client.core.saved_rows import Saved
from doorless_client.store.base import BrokenStoreError

Refusing = Callable[[], AbstractContextManager[None]]
"""Inside it, what the store cannot do is a RefusedError."""


class SavedAtWork:
    def __init__(self, saved: Saved, refusing: Refusing) -> None:
        self._saved, self._refusing = saved, refusing

    def every(self) -> Sequence[SavedReply]:
        """Asked while the screen is drawn, also in the moment before it tells of a failed disk."""
        try:
            return self._saved.every()
        except BrokenStoreError:
            return ()

    async def save(self, name: str, text: str) -> None:
        with self._refusing():
            self._saved.save(name, text)

    async def rename(self, name: str, new: str) -> None:
        with self._refusing():
            self._saved.rename(name, new)

    async def remove(self, name: str) -> None:
        with self._refusing():
            self._saved.remove(name)
