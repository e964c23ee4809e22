"""What was begun in each chat and not sent: kept when typing rests, and when the chat is left."""

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat
from doorless_client.tui.plain import plain

SAVED_AFTER = 1.0
"""Seconds without typing after which a draft is stored."""


class Drafts:
    """Drafts by chat, ahead of what the engine has stored of them."""

    def __init__(self, engine: Engine, pump: MessagePump) -> None:
        self._engine, self._pump = engine, pump
        self._texts: dict[bytes, str] = {}
        self._timer: Timer | None = None
        self._is_refused = False

    def of(self, chat: Chat) -> str:
        return self._texts.setdefault(chat.conversation, chat.draft)

    def put(self, conversation: bytes, text: str) -> bool:
        """Returns whether it is another one than before."""
        was, self._texts[conversation] = self._texts.get(conversation, ""), text
        return was != text

    def give_back(self, conversation: bytes, text: str) -> None:
        """A text that did not leave, before what was begun since."""
        self._texts[conversation] = joined(text, self._texts.get(conversation, ""))

    @property
    def begun(self) -> list[str]:
        """All that was begun and not sent."""
        return [text for text in self._texts.values() if text]

    def save_later(self, chat: Callable[[], Chat | None]) -> None:
        """Store the draft of the chat that `chat` gives, once typing rests."""
        self._stop()

        async def save() -> None:
            if (here := chat()) is not None:
                await self.save(here)

        self._timer = self._pump.set_timer(SAVED_AFTER, save)

    async def save(self, chat: Chat) -> None:
        """What is refused stays here until the next time; that it was, is told once."""
        self._stop()
        text = self.of(chat)
        if text == chat.draft:
            return
        try:
            await self._engine.save_draft(chat.conversation, text)
        except RefusedError as refused:
            if not self._is_refused:
                line = plain(f"What you write is not stored yet: {refused}")
                self._pump.app.notify(line.plain, severity="warning", markup=False)
            self._is_refused = True
        else:
            self._is_refused = False

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def joined(first: str, then: str) -> str:
    """Two texts as one, each on lines of its own."""
    return "\n".join(text for text in (first, then) if text)
