"""Going from chat to chat, and to a message among those around it."""

from collections.abc import Awaitable, Callable
from typing import Any

from textual.screen import Screen

from doorless_client.core.views import Chat, Message
from doorless_client.tui.chat_rows import ChatRows
from doorless_client.tui.conversation import Conversation


class Going:
    """Finds out where to.

    Args:
        rows: the chats that there are.
        show: opens one.
    """

    def __init__(
        self,
        screen: Screen[Any],
        conversation: Conversation,
        rows: Callable[[], ChatRows],
        show: Callable[[Chat], Awaitable[None]],
    ) -> None:
        self._screen, self._conversation = screen, conversation
        self._rows, self._show = rows, show

    def to(self, chat: Chat) -> None:
        self._screen.call_later(self._show, chat)

    def to_message(self, message: Message) -> None:
        """Show a message in whichever chat it is."""
        self._screen.call_later(self._show_message, message)

    async def _show_message(self, message: Message) -> None:
        chat = self._rows().get(message.conversation)
        if chat is None:
            return
        if self._here != chat.conversation:
            await self._show(chat)
        if not self._conversation.messages.pick(message):
            self._screen.notify("It is shown no more.", markup=False, timeout=3)
        self._conversation.messages.focus()

    async def step(self, step: int) -> None:
        """To the chat so many below the one that is open."""
        here = self._here
        chat = self._rows().beside(here, step) if here is not None else None
        if chat is not None:
            await self._show(chat)

    async def nth(self, number: int) -> None:
        """To the chat in that line of the list, from 1."""
        chats = self._rows().shown()
        if number <= len(chats):
            await self._show(chats[number - 1])

    async def unread(self) -> None:
        """The first unread message here, if it is not in view; else the next unread chat."""
        messages = self._conversation.messages
        if not messages.at_end and messages.jump_to_unread():
            return
        chat = self._rows().next_unread(self._here)
        if chat is not None:
            await self._show(chat)
        else:
            self._screen.notify("Nothing unread.", markup=False, timeout=2)

    @property
    def _here(self) -> bytes | None:
        chat = self._conversation.chat
        return chat.conversation if chat is not None else None
