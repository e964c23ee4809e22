"""Files of messages, as a person handles them: sent, fetched, paused, saved, looked at."""

from pathlib import Path
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import Chat, Message
from doorless_client.tui.attempt import attempt
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.screens.attach import Attach
from doorless_client.typed_paths import path_of

LARGEST_SHOWN = 16 * 1024 * 1024
"""Bytes of a picture that is decoded to be looked at."""


class FilesAtHand:
    """What a screen does with files."""

    def __init__(self, screen: Screen[Any], engine: Engine, glyphs: Glyphs) -> None:
        self._screen, self._engine, self._glyphs = screen, engine, glyphs
        self._sent_from = Path.home()

    def send(self, chat: Chat, path: str = "") -> None:
        """Ask for a file, or take the one at `path`, and send it."""
        self._screen.run_worker(self._send(chat, path), group="attach")

    def go_on(self, message: Message) -> None:
        """Fetch, pause, resume or look: whatever comes next for its file."""
        file, files = message.file, self._engine.files
        if file is None:
            return
        match file.state:
            case FileState.OFFERED | FileState.PAUSED | FileState.FAILED:
                attempt(self._screen, files.fetch(message))
            case FileState.MOVING | FileState.WAITING:
                attempt(self._screen, files.pause(message))
            case FileState.HERE:
                self._screen.run_worker(self._look(message), group="look")
            case FileState.GONE:
                self._say("The relay has it no more. Ask for it again.")

    def save(self, message: Message) -> None:
        if message.file is None:
            self._say("There is no file to save.")
        elif message.file.state is not FileState.HERE:
            self._say("It is not here yet: Enter fetches it.")
        else:
            self._screen.run_worker(self._save(message), group="save")

    async def _send(self, chat: Chat, typed: str) -> None:
        if typed:
            path = _path(typed)
        else:
            chosen = await self._screen.app.push_screen_wait(Attach(self._sent_from))
            if chosen is None:
                return
            path, self._sent_from = chosen, chosen.parent
        try:
            await self._engine.files.offer(chat.conversation, path)
        except RefusedError as refused:
            self._say(str(refused))

    async def _save(self, message: Message) -> None:
        folder = await self._screen.app.push_screen_wait(
            AskLine(
                "Save the file",
                "Into which folder? Nothing that is there is overwritten.",
                "A folder",
                str(_downloads()),
            )
        )
        if not folder:
            return
        try:
            path = await self._engine.files.save(message, _path(folder))
        except RefusedError as refused:
            self._say(str(refused))
        else:
            self._say(f"Saved as {path}")

    async def _look(self, message: Message) -> None:
        from doorless_client.tui.looking_at import look  # needs what a start need not load

        await look(self._screen, self._engine, message, self._glyphs)

    def _say(self, words: str) -> None:
        self._screen.notify(plain(words).plain, markup=False, timeout=6)


def _path(typed: str) -> Path:
    return path_of(typed)


def _downloads() -> Path:
    folder = Path.home() / "Downloads"
    return folder if folder.is_dir() else Path.home()
