"""Files of a fake engine: core.file_api, as far as a screen can tell."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from doorless_client.core.api import RefusedError
from doorless_client.core.message_parts import FileState, FileView
from doorless_client.core.views import FileMoved, Message, State
from doorless_client.text import safe_line

if TYPE_CHECKING:
    from doorless_lab.fake_engine import FakeEngine


class FakeFiles:
    """Files that move as far as a test says. `contents`: what can be read, by message id."""

    def __init__(self, engine: "FakeEngine") -> None:
        self._engine = engine
        self.contents: dict[bytes, bytes] = {}

    def move(self, message: Message, state: FileState, done: int | None = None) -> None:
        """It came so far."""
        now = self._engine.history(message.conversation).find(message.id)
        if now.file is None:
            raise ValueError("a message without a file")
        done = now.file.done if done is None else done
        file = replace(now.file, state=state, done=done)
        self._engine.put(structs.replace(now, file=file), quiet=True)
        self._engine.tell(FileMoved(message.conversation, message.id, file))

    # --- Files -----------------------------------------------------------------------------

    async def offer(
        self, conversation: bytes, path: Path, *, text: str = "", quoting: Message | None = None
    ) -> Message:
        content = _read(path)
        file = FileView(safe_line(path.name), len(content), FileState.MOVING, 0, incoming=False)
        quote = self._engine.messages.quote(quoting) if quoting is not None else None
        message = self._engine.arrive(
            conversation, text, mine=True, state=State.WAITING, file=file, quote=quote
        )
        self.contents[message.id] = content
        return message

    async def fetch(self, message: Message) -> None:
        self.move(message, FileState.MOVING)

    async def pause(self, message: Message) -> None:
        self.move(message, FileState.PAUSED)

    async def cancel(self, message: Message) -> None:
        incoming = message.file is not None and message.file.incoming
        self.move(message, FileState.OFFERED if incoming else FileState.FAILED, 0)

    async def save(self, message: Message, folder: Path) -> Path:
        if self.view(message) is None or message.id not in self.contents:
            raise RefusedError("It is not here yet.")
        return _write(folder, self.contents[message.id])

    async def read(self, message: Message, at_most: int) -> bytes:
        data = self.contents.get(message.id)
        if data is None:
            raise RefusedError("It is not here yet.")
        if len(data) > at_most:
            raise RefusedError("It is too large to be shown.")
        return data

    def view(self, message: Message) -> FileView | None:
        return self._engine.history(message.conversation).find(message.id).file


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise RefusedError(f"{path.name}: there is no such file.") from None


def _write(folder: Path, content: bytes) -> Path:
    if not folder.is_dir():
        raise RefusedError(f"{folder}: there is no such folder.")
    path = folder / "file"
    path.write_bytes(content)
    return path
