"""How chats are arranged, and found: the interface that screens and commands see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from doorless_client.core.views import Chat, Message


@dataclass(frozen=True, slots=True)
class Found:
    """A message that has the words.

    Attributes:
        spans: where in its text, as (first, after).
    """

    message: Message
    chat: Chat
    spans: tuple[tuple[int, int], ...]


class ChatShelf(Protocol):
    """Nobody else is told any of it, but our own devices."""

    async def pin(self, conversation: bytes, pinned: bool) -> None: ...

    async def mute(self, conversation: bytes, until: int) -> None:
        """Args: until: Unix seconds; 0: not at all; views.FOREVER."""
        ...

    async def archive(self, conversation: bytes, archived: bool) -> None: ...

    async def mark_unread(self, conversation: bytes, unread: bool) -> None: ...

    async def rename(self, conversation: bytes, name: str) -> None:
        """Our own name for a contact; "" goes back to theirs."""
        ...

    async def note_to_self(self) -> Chat:
        """The conversation with ourselves, begun at its first use."""
        ...

    def search(
        self, words: str, conversation: bytes | None = None, *, at_most: int = 200
    ) -> Sequence[Found]:
        """Messages that have all the words, the newest first; of one conversation, or of all."""
        ...
