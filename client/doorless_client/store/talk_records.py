"""Rows of what is done with messages, and of how chats are arranged.

Spec: docs/spec/08-state.md §15.
"""

from typing import ClassVar

from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.store.row import Row, SecretRow


class Extra(SecretRow, frozen=True):
    """What few messages have, beside their words.

    Attributes:
        quote, file: encoded content.Quote and content.File; b"": none.
        edited: versions before this one.
        lasts: seconds; gone_at: Unix seconds, 0 while the countdown has not begun.
    """

    table: ClassVar[str] = "extras"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    quote: bytes = b""
    file: bytes = b""
    forwarded: bool = False
    pinned: bool = False
    edited: int = 0
    deleted: bool = False
    lasts: int = 0
    gone_at: int = 0


class Reaction(SecretRow, frozen=True):
    """What `by` feels about the message `id` of `author`; an empty emoji: took it back.

    Attributes:
        device, counter: of the content that said so: which of two is the newer.
    """

    table: ClassVar[str] = "reactions"
    key: ClassVar[tuple[str, ...]] = ("conversation", "author", "id", "by")

    conversation: bytes
    author: bytes
    id: bytes
    by: bytes
    emoji: str
    device: bytes
    counter: int


class OlderVersion(SecretRow, frozen=True):
    """What an edited message said before: `number` counts from 0, the first words."""

    table: ClassVar[str] = "versions"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place", "number")

    conversation: bytes
    place: int
    number: int
    text: str
    at: int


class Gone(Row, frozen=True):
    """A place that is shown no more: deleted here, or disappeared. Its message is empty."""

    table: ClassVar[str] = "gone"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int


class WaitingAct(SecretRow, frozen=True):
    """A reaction, an edit or a deletion that came before its message: its content, encoded.

    Attributes:
        act: the id of the content that says it.
        device: that said it.
    """

    table: ClassVar[str] = "waiting_acts"
    key: ClassVar[tuple[str, ...]] = ("conversation", "author", "id", "act")

    conversation: bytes
    author: bytes
    id: bytes
    act: bytes
    content: bytes
    device: bytes
    received: int


class Shelf(SecretRow, frozen=True):
    """How the person arranged one chat; no row: nothing of it.

    Attributes:
        muted_until: Unix seconds; views.FOREVER until it is unmuted.
        archived: 0, or 1 + the length that the history had when it was put away.
        changed: when the person arranged it last, Unix milliseconds.
        lasts: seconds that messages said here last; 0: they stay.
        own_name: what the person calls the contact; "" is the contact's own choice.
    """

    table: ClassVar[str] = "shelf"
    key: ClassVar[tuple[str, ...]] = ("conversation",)

    conversation: bytes
    pinned: bool = False
    muted_until: int = 0
    archived: int = 0
    marked_unread: bool = False
    lasts: int = 0
    own_name: str = ""
    changed: int = 0


TALK_ROWS: tuple[type[Row], ...] = (
    *(Extra, Reaction, OlderVersion, Gone, WaitingAct, Shelf),
    *(EchoRow, EchoSaid),
)
