"""What a fake engine's person saved to answer with: core.saved_api, over a tuple."""

from collections.abc import Sequence

from doorless_client.core import saved
from doorless_client.core.saved_api import SavedReply


class FakeSaved:
    """Takes and refuses what the real one does."""

    def __init__(self) -> None:
        self._held: tuple[SavedReply, ...] = ()

    def every(self) -> Sequence[SavedReply]:
        return self._held

    async def save(self, name: str, text: str) -> None:
        self._held = saved.saved(self._held, name, text)

    async def rename(self, name: str, new: str) -> None:
        self._held = saved.renamed(self._held, name, new)

    async def remove(self, name: str) -> None:
        self._held = saved.removed(self._held, name)
