"""What the commands of plain mode work on: the messenger, the open conversation, the numbers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from doorless_client.cli_picking import as_it_is
from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.views import Chat, Kind, Message, Standing
from doorless_client.messenger import Messenger
from doorless_client.plain.numbers import Numbers
from doorless_client.plain.saying import say, told
from doorless_client.settings.preferences import ProfilePreferences

HISTORY = 20
"""Messages of a conversation that are told when it is opened."""


class End(Enum):
    """Why it is over."""

    QUIT = "quit"
    LOCK = "lock"


@dataclass
class Desk:
    """
    Attributes:
        chat: id of the open conversation; b"": none.
        shown_from: position of the first message of it that was told.
        answer: what takes the next line, because something was asked.
        holding: events wait until the next line was entered, in `held`.
        may_lock: there is a terminal to unlock on.
    """

    messenger: Messenger
    now: Callable[[], float]
    preferences: ProfilePreferences
    numbers: Numbers
    may_lock: bool
    chat: bytes = b""
    shown_from: int = 0
    end: End | None = None
    holding: bool = False
    answer: Callable[[str], Awaitable[None]] | None = None
    held: list[str] = field(default_factory=list)

    def open_chat(self) -> Chat:
        """Raises RefusedError: none is open."""
        if not self.chat:
            raise RefusedError("no conversation is open: /list shows them, /open opens one")
        return self.chat_of(self.chat)

    def chat_of(self, conversation: bytes) -> Chat:
        """Raises RefusedError: it is there no more."""
        return self.messenger.chat(conversation)

    def find(self, words: str) -> Chat:
        """The conversation that is meant; of no words, the open one."""
        return self.messenger.find(words) if words else self.open_chat()

    def message(self, words: str) -> Message:
        """The message with this number, as it is now. Raises RefusedError: there is none."""
        return as_it_is(self.messenger, self.numbers.message(words))

    def tell(self, messages: Sequence[Message], chat: Chat) -> None:
        for message in messages:
            if message.kind is Kind.NOTE:
                say(f"* {message.text}")
            else:
                say(told(self.numbers.number(message), message, chat))

    def check_may_send(self, chat: Chat) -> None:
        """Raises RefusedError: an alarm was not read yet, or nobody checked who this is."""
        unread = [alarm for alarm in self.messenger.alarms() if not alarm.read]
        if unread:
            raise KeyChangedError(
                f"nothing is sent before you read the alarm: /alarm {unread[0].number}"
            )
        if chat.standing is Standing.REQUEST:
            raise RefusedError("this is a request, and nobody checked who it is: /accept or /block")
