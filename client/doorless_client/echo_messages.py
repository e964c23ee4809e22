"""What can be done with a message to or from Echo: api of core.message_api, for one conversation.

Replies and reactions are sealed for Echo as for anybody. The rest would only be pretended, so
it is refused in words; of all other conversations nothing is decided here.
"""

from collections.abc import Sequence

from doorless_client.core.api import RefusedError
from doorless_client.core.echo import Echo
from doorless_client.core.message_parts import Sealing, Version
from doorless_client.core.sayings import Sayings
from doorless_client.core.views import Message
from doorless_client.files_at_work import FilesAtWork
from doorless_client.messages_at_work import MessagesAtWork, Refusing

ONLY_ANSWERS = "Echo hears words, replies and reactions, and nothing else: try that with a person"


class MessagesWithEcho(MessagesAtWork):
    """core.message_api.MessageActions. What is overridden differs for one conversation alone."""

    def __init__(
        self, sayings: Sayings, refusing: Refusing, files: FilesAtWork, echo: Echo
    ) -> None:
        super().__init__(sayings, refusing, files)
        self._echo = echo

    async def react(self, message: Message, emoji: str) -> None:
        if self._echo.is_here(message.conversation):
            with self._refusing():
                self._echo.react(message, emoji)
        else:
            await super().react(message, emoji)

    async def edit(self, message: Message, text: str) -> None:
        self._check(message.conversation)
        await super().edit(message, text)

    async def delete(self, message: Message, *, everyone: bool) -> None:
        self._check(message.conversation)
        await super().delete(message, everyone=everyone)

    async def forward(self, message: Message, to: bytes) -> Message:
        """What Echo said is nobody's to be forwarded, and nothing is forwarded to it."""
        self._check(message.conversation)
        self._check(to)
        return await super().forward(message, to)

    async def pin(self, message: Message, pinned: bool) -> None:
        self._check(message.conversation)
        await super().pin(message, pinned)

    async def retry(self, message: Message) -> Message:
        self._check(message.conversation)
        return await super().retry(message)

    async def cancel(self, message: Message) -> None:
        self._check(message.conversation)
        await super().cancel(message)

    async def set_timer(self, conversation: bytes, seconds: int) -> None:
        self._check(conversation)
        await super().set_timer(conversation, seconds)

    def versions(self, message: Message) -> Sequence[Version]:
        if self._echo.is_here(message.conversation):
            return ()
        return super().versions(message)

    def sealings(self, message: Message) -> Sequence[Sealing]:
        if self._echo.is_here(message.conversation):
            return self._echo.sealings(message)
        return super().sealings(message)

    def pinned(self, conversation: bytes) -> Sequence[Message]:
        if self._echo.is_here(conversation):
            return ()
        return super().pinned(conversation)

    def _check(self, conversation: bytes) -> None:
        if self._echo.is_here(conversation):
            raise RefusedError(ONLY_ANSWERS)
