"""What was begun in each chat and not sent: kept when typing rests, and when the chat is left."""

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from doorless_client.core.api import Engine
from doorless_client.core.views import Chat

SAVED_AFTER = 1.0
"""Seconds without typing after which a draft is stored."""


class Drafts:
    """Drafts by chat, ahead of what the engine has stored of them."""

    def __init__(self, engine: Engine, pump: MessagePump) -> None:
        self._engine, self._pump = engine, pump
        self._texts: dict[bytes, str] = {}
        self._timer: Timer | None = None

    def of(self, chat: Chat) -> str:
        return self._texts.setdefault(chat.conversation, chat.draft)

    def put(self, conversation: bytes, text: str) -> bool:
        """Returns whether it is another one than before."""
        was, self._texts[conversation] = self._texts.get(conversation, ""), text
        return was != text

    def save_later(self, chat: Callable[[], Chat | None]) -> None:
        """Store the draft of the chat that `chat` gives, once typing rests."""
        self._stop()

        async def save() -> None:
            if (here := chat()) is not None:
                await self.save(here)

        self._timer = self._pump.set_timer(SAVED_AFTER, save)

    async def save(self, chat: Chat) -> None:
        self._stop()
        text = self.of(chat)
        if text != chat.draft:
            await self._engine.save_draft(chat.conversation, text)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
