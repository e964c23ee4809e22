"""Finding words, here and everywhere; then from one place to the next with n and N."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.core.views import Message
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.screens.find import find


class Finding:
    """Keeps what was looked for, until something else is.

    Args:
        go: shows a message among those around it.
    """

    def __init__(
        self,
        screen: Screen[Any],
        engine: Engine,
        conversation: Conversation,
        go: Callable[[Message], None],
    ) -> None:
        self._screen, self._engine, self._go = screen, engine, go
        self._conversation = conversation
        self._words = ""

    def here(self, words: str = "") -> None:
        chat = self._conversation.chat
        if chat is not None:
            self._screen.run_worker(self._find(chat.conversation, words), group="find")

    def everywhere(self, words: str = "") -> None:
        self._screen.run_worker(self._find(None, words), group="find")

    async def _find(self, conversation: bytes | None, words: str) -> None:
        last = ""

        def search(typed: str) -> Any:
            nonlocal last
            last = typed
            return self._engine.shelf.search(typed, conversation)

        sheet = find(search, everywhere=conversation is None, typed=words or self._words)
        found = await self._screen.app.push_screen_wait(sheet)
        if found is not None:
            self._words = last
            self._go(found.message)

    def seek(self, step: int) -> None:
        """The next message here that has the words (towards the newest), or the one before."""
        chat, log = self._conversation.chat, self._conversation.messages
        if chat is None or not self._words:
            self._say("Nothing was looked for yet.")
            return
        search = partial(self._engine.shelf.search, self._words, chat.conversation)
        places = sorted(found.message.position for found in search())
        now = log.picked if log.picked is not None else (log.timeline.count if log.timeline else 0)
        beyond = [place for place in places if (place > now if step > 0 else place < now)]
        if not beyond:
            self._say("None after this." if step > 0 else "None before this.")
            return
        log.picked = beyond[0] if step > 0 else beyond[-1]

    def _say(self, words: str) -> None:
        self._screen.notify(words, markup=False, timeout=2)
