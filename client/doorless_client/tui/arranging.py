"""How a chat is kept: its timer, whether it is mute, pinned or archived, its name, its lists."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import FOREVER, Chat, Message
from doorless_client.exporting import export_conversation
from doorless_client.settings.spans import FORM, parse
from doorless_client.tui.attempt import attempt, tell_refusal
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.screens.lists import messages_to, mute, timer
from doorless_client.typed_paths import path_of
from doorless_protocol.errors import MalformedError

MEDIA_FROM = 5_000
"""Newest messages of a chat among which its files are looked for."""

INTO_WHICH = (
    "Into which file? A name that ends in .json gets all that is known, any other one readable "
    "text. The file is not sealed: whoever reads it reads the conversation."
)


class Arranging:
    """What a screen does about a chat. The names of acts are those of slash commands.

    Args:
        now: Unix seconds.
        go: shows a message among those around it.
    """

    def __init__(
        self,
        screen: Screen[Any],
        engine: Engine,
        now: Callable[[], int],
        go: Callable[[Message], None],
    ) -> None:
        self._screen, self._engine, self._now, self._go = screen, engine, now, go

    def arrange(self, what: str, chat: Chat, words: str = "") -> bool:
        """Do it, asking for what `words` do not say. Returns whether it is one of these acts."""
        here, shelf = chat.conversation, self._engine.shelf
        match what:
            case "timer":
                self._work(self._set_timer(chat, words))
            case "mute":
                self._work(self._mute(chat, words))
            case "unmute":
                attempt(self._screen, shelf.mute(here, 0))
            case "pin":
                attempt(self._screen, shelf.pin(here, not chat.pinned))
            case "archive":
                attempt(self._screen, shelf.archive(here, not chat.archived))
            case "unread":
                attempt(self._screen, shelf.mark_unread(here, True))
            case "name":
                self._work(self._rename(chat, words))
            case "pinned":
                self._work(self._list("Pinned messages", self._engine.messages.pinned(here), chat))
            case "files":
                self._work(self._list("Files", self._with_files(chat), chat))
            case "export":
                self._work(self._export(chat, words))
            case _:
                return False
        return True

    async def _set_timer(self, chat: Chat, words: str) -> None:
        seconds = await self._span(words, timer(chat.lasts))
        if seconds is not None:
            setting = self._engine.messages.set_timer(chat.conversation, seconds)
            await tell_refusal(self._screen, setting)

    async def _mute(self, chat: Chat, words: str) -> None:
        seconds = await self._span(words, mute())
        if seconds is not None:
            until = FOREVER if seconds == FOREVER else self._now() + seconds if seconds else 0
            await tell_refusal(self._screen, self._engine.shelf.mute(chat.conversation, until))

    async def _span(self, words: str, sheet: Any) -> int | None:
        """Seconds, from what was typed or else from a sheet."""
        if not words:
            chosen: int | None = await self._screen.app.push_screen_wait(sheet)
            return chosen
        if words.strip().lower() == "off":
            return 0
        try:
            return parse(words)
        except MalformedError:
            self._say(f"How long? {FORM}, or off.")
            return None

    async def _rename(self, chat: Chat, words: str) -> None:
        if not words:
            asked = await self._screen.app.push_screen_wait(
                AskLine(
                    "A name of your own",
                    "You alone see it, on all your devices. Empty: the name they chose.",
                    str(chat.address),
                    str(chat.name),
                )
            )
            if asked is None:
                return
            words = asked
        await tell_refusal(self._screen, self._engine.shelf.rename(chat.conversation, words))

    def _with_files(self, chat: Chat) -> list[Message]:
        history = self._engine.history(chat.conversation)
        newest = history.slice(max(0, len(history) - MEDIA_FROM), len(history))
        return [message for message in newest if message.file is not None]

    async def _list(self, title: str, messages: Any, chat: Chat) -> None:
        nothing = "Nothing is pinned here." if title.startswith("Pinned") else "No files here."
        sheet = messages_to(title, list(messages), chat.name, nothing)
        if (message := await self._screen.app.push_screen_wait(sheet)) is not None:
            self._go(message)

    async def _export(self, chat: Chat, typed: str) -> None:
        if not typed:
            begin = Path.home() / f"{chat.address.split('@')[0]}.txt"
            asked = await self._screen.app.push_screen_wait(
                AskLine("Export this conversation", INTO_WHICH, "A file", str(begin))
            )
            if not asked:
                return
            typed = asked
        path = _path(typed)
        try:
            count = await export_conversation(
                self._engine, chat.conversation, path, as_json=path.suffix == ".json"
            )
        except RefusedError as refused:
            self._say(str(refused))
        else:
            self._say(f"{count} messages written to {path}; the file is not sealed")

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        self._screen.run_worker(work, group="arrange")

    def _say(self, words: str) -> None:
        self._screen.notify(plain(words).plain, markup=False, timeout=6)


def _path(typed: str) -> Path:
    return path_of(typed)
