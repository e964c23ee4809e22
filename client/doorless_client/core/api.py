"""What can be asked of a messenger: the one interface that screens, commands and the lab see.

`doorless_client.messenger.Messenger` is the real one; tests and screenshots use a fake.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from doorless_client.core.file_api import Files
from doorless_client.core.fleet_api import OwnFleet
from doorless_client.core.log_views import Alarm, LogStatus
from doorless_client.core.message_api import MessageActions
from doorless_client.core.notice_api import LegalNotices
from doorless_client.core.saved_api import SavedReplies
from doorless_client.core.settings import Settings
from doorless_client.core.shelf_api import ChatShelf
from doorless_client.core.views import (
    Chat,
    Compared,
    Connection,
    Details,
    Event,
    Me,
    Message,
    SafetyNumber,
    WireView,
)

Listener = Callable[[Event], None]


class RefusedError(Exception):
    """It was not done; the message says in one line why and what the person can do."""


class BadInputError(RefusedError):
    """What was typed or pasted is of no use, whoever is asked: something else has to be given."""


class UnreachableError(RefusedError):
    """The relay cannot be reached. What can wait was queued; the message says whether."""


class StrangeRelayError(UnreachableError):
    """Who answers at its address has not shown to be the relay: nothing was said to him."""


class KeyChangedError(RefusedError):
    """Nothing is sent to a contact whose keys changed until the person decides."""


class LogProofError(RefusedError):
    """What the relay shows is not what its key log holds, or the log itself was caught lying."""


class History(Protocol):
    """A conversation by position in it, from 0: cheap at any length."""

    def __len__(self) -> int: ...

    def slice(self, start: int, stop: int) -> Sequence[Message]:
        """Messages start to stop - 1, as shown; read from the store as asked."""
        ...

    def lengths(self, chunk: int) -> Sequence[int]:
        """Characters of text in each run of `chunk` messages, for estimates of height."""
        ...

    def first_unread(self) -> int | None:
        """Position of the first message that was not seen, if there is one."""
        ...

    def unread(self) -> Sequence[Message]:
        """What others said and was not seen, in the order of coming; notes among it."""
        ...


class Engine(Protocol):
    """A messenger that is unlocked and, when it can be, connected."""

    @property
    def me(self) -> Me: ...

    @property
    def connection(self) -> Connection: ...

    @property
    def fleet(self) -> OwnFleet:
        """All devices of our account."""
        ...

    @property
    def shelf(self) -> ChatShelf:
        """How chats are arranged, and found."""
        ...

    @property
    def files(self) -> Files:
        """The files of messages."""
        ...

    @property
    def messages(self) -> MessageActions:
        """What can be done with a message that was said."""
        ...

    @property
    def saved(self) -> SavedReplies:
        """Texts that the person saved to answer with."""
        ...

    @property
    def notices(self) -> LegalNotices:
        """What our relay told of demands for our data."""
        ...

    @property
    def settings(self) -> Settings:
        """What the person chose for the whole account."""
        ...

    def change_settings(self, settings: Settings) -> None: ...

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each event from now on, in order; returns how to stop it."""
        ...

    def chats(self) -> Sequence[Chat]:
        """All conversations, the newest first."""
        ...

    def history(self, conversation: bytes) -> History: ...

    def details(self, conversation: bytes) -> Details: ...

    def wire(self, messages: Sequence[Message]) -> Sequence[WireView | None]:
        """What went over the wire for each; None for what never leaves this computer."""
        ...

    def wire_size(self, conversation: bytes, text: str) -> int:
        """Bytes that one envelope with this text would have on the wire."""
        ...

    def safety_number(self, conversation: bytes) -> SafetyNumber: ...

    def compare(self, conversation: bytes, number: str) -> Compared:
        """What somebody's digits, words or code are, beside our number. Marks nothing.

        Raises:
            RefusedError: none of the three, or not all of it: nothing was compared.
        """
        ...

    def invite(self) -> str:
        """Our invite link."""
        ...

    def log_status(self) -> LogStatus: ...

    def alarms(self) -> Sequence[Alarm]:
        """What the key log was caught at, the newest first."""
        ...

    def evidence(self, number: int) -> bytes:
        """The proof of an alarm, for `doorless-verify` and for whoever is to be convinced.

        Raises:
            RefusedError: there is no such alarm, or no proof of it.
        """
        ...

    async def read_alarm(self, number: int) -> None:
        """The person read it: it is shown no more by itself."""
        ...

    async def check_log(self) -> LogStatus:
        """Look at the key log now, whatever time was drawn for it.

        Raises:
            RefusedError: the relay did not answer all of it.
            UnreachableError: no relay; nothing was changed.
        """
        ...

    @property
    def is_frozen(self) -> bool:
        """Whether another copy of this profile was used after this one: nothing goes in or out."""
        ...

    async def keep(self) -> None:
        """Go on with this copy of the profile: every conversation begins anew, others are stopped.

        Raises:
            RefusedError: the relay has no time; nothing goes in or out yet.
            UnreachableError: not connected; nothing was changed that matters.
        """
        ...

    async def add(self, address: str) -> Chat:
        """Make a contact of `handle@relay` or an invite link.

        Raises:
            RefusedError: malformed, unknown, or not who the link says.
            UnreachableError: no relay; nothing was changed.
        """
        ...

    async def send(
        self, conversation: bytes, text: str, *, quoting: Message | None = None
    ) -> Message:
        """Store and queue a text; it leaves as soon as it can, exactly once.

        Args:
            quoting: the message that it answers.

        Raises:
            KeyChangedError: their keys changed; nothing was stored.
            RefusedError: blocked, empty, or longer than a message may be.
        """
        ...

    async def mark_read(self, conversation: bytes) -> None: ...

    async def set_typing(self, conversation: bytes, active: bool) -> None:
        """Says so to the contact, if the settings allow it; at most once in some seconds."""
        ...

    async def save_draft(self, conversation: bytes, text: str) -> None: ...

    async def accept(self, conversation: bytes) -> None:
        """Accept a request; or, of a contact whose keys changed, the new keys."""
        ...

    async def block(self, conversation: bytes) -> None: ...

    async def forget(self, conversation: bytes) -> None:
        """Delete the contact and its history from this computer."""
        ...

    async def verify(self, conversation: bytes, number: str) -> None:
        """Mark verified, if `number` (digits, words, or a code's text) is the safety number.

        Of a contact whose keys changed it may be that of the new keys, which are accepted with
        it, or that of the keys that were known: then the new ones are dropped.

        Raises:
            KeyChangedError: it is another number: nothing is marked.
            RefusedError: it is no safety number: nothing was compared.
        """
        ...
