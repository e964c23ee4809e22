"""What can be done with files: the interface that screens and commands see."""

from pathlib import Path
from typing import Protocol

from doorless_client.core.message_parts import FileView
from doorless_client.core.views import Message


class Files(Protocol):
    """Files go out sealed, and come in only when they are asked for."""

    async def offer(
        self, conversation: bytes, path: Path, *, text: str = "", quoting: Message | None = None
    ) -> Message:
        """Send a file; its message leaves once the relay has all of it.

        Raises:
            KeyChangedError, RefusedError: as `Engine.send`; or it cannot be read, or is too large.
        """
        ...

    async def fetch(self, message: Message) -> None:
        """Begin, or go on, to bring it here, sealed."""
        ...

    async def pause(self, message: Message) -> None: ...

    async def cancel(self, message: Message) -> None:
        """Ours: it is not sent. Theirs: what came of it is forgotten."""
        ...

    async def save(self, message: Message, folder: Path) -> Path:
        """Open it into `folder`, under a harmless name that nothing has yet.

        Raises:
            RefusedError: not here, not what was sent, or it cannot be written. No file is left.
        """
        ...

    async def read(self, message: Message, at_most: int) -> bytes:
        """All of it, for a viewer; nothing is written.

        Raises:
            RefusedError: not here, not what was sent, or larger than that.
        """
        ...

    def view(self, message: Message) -> FileView | None: ...
