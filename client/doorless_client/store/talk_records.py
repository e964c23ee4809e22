"""Rows of what is done with messages, and of how chats are arranged.

Spec: docs/spec/08-state.md §15.
"""

from typing import ClassVar

from doorless_client.store.beside_records import BesideRow
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.store.row import Row, SecretRow

RUN = 256
"""Places of one run of `Extra.run`: what few messages have is read for as many at once."""


class Extra(SecretRow, frozen=True):
    """What few messages have, beside their words.

    Attributes:
        run: place // RUN.
        quoted: id of the message that it answers; `quote` the encoded content.Quote; b"": none.
        file: the encoded content.File; b"": none.
        reacted: there are rows in `reactions`.
        edited: versions before this one, the newest by `edited_at` (Unix milliseconds, as claimed)
            and `edited_by` (the device).
        lasts: seconds; gone_at: Unix seconds of core.steady, 0 while the countdown has not begun.
    """

    table: ClassVar[str] = "extras"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    run: int
    quoted: bytes = b""
    quote: bytes = b""
    file: bytes = b""
    forwarded: bool = False
    pinned: bool = False
    reacted: bool = False
    edited: int = 0
    edited_at: int = 0
    edited_by: bytes = b""
    deleted: bool = False
    lasts: int = 0
    gone_at: float = 0.0


class Fading(Row, frozen=True):
    """A message whose countdown runs: it is gone at `at`, in `minute` (at // 60)."""

    table: ClassVar[str] = "fading"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    minute: int
    at: float


class Reaction(SecretRow, frozen=True):
    """What `by` feels about the message `id` of `author`; an empty emoji: took it back.

    Attributes:
        at, device: of the content that said so: which of two is the newer.
    """

    table: ClassVar[str] = "reactions"
    key: ClassVar[tuple[str, ...]] = ("conversation", "author", "id", "by")

    conversation: bytes
    author: bytes
    id: bytes
    by: bytes
    emoji: str
    at: int
    device: bytes


class OlderVersion(SecretRow, frozen=True):
    """What an edited message said before, from `at` on (Unix milliseconds, as claimed)."""

    table: ClassVar[str] = "versions"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place", "at", "device")

    conversation: bytes
    place: int
    at: int
    device: bytes
    text: str


class Gone(Row, frozen=True):
    """Places from `place` to `after` - 1 are shown no more; runs never touch each other."""

    table: ClassVar[str] = "gone"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    after: int


class HeardAct(Row, frozen=True):
    """An act of `account` that was heard, so that it is done once."""

    table: ClassVar[str] = "acts"
    key: ClassVar[tuple[str, ...]] = ("conversation", "account", "id")

    conversation: bytes
    account: bytes
    id: bytes
    received: int


class WaitingAct(SecretRow, frozen=True):
    """A reaction, an edit or a deletion that came before its message: its content, encoded.

    Attributes:
        author, id: of the message.
        act: the id of the content that says it; `by` and `device` said it.
    """

    table: ClassVar[str] = "waiting_acts"
    key: ClassVar[tuple[str, ...]] = ("conversation", "author", "id", "act")

    conversation: bytes
    author: bytes
    id: bytes
    act: bytes
    by: bytes
    device: bytes
    content: bytes
    received: int


class SealedCopy(Row, frozen=True):
    """One copy of a message of ours that a relay took.

    Attributes:
        own: it went to another device of ours.
        at: when it took it, Unix seconds.
    """

    table: ClassVar[str] = "sealings"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place", "device")

    conversation: bytes
    place: int
    device: bytes
    own: bool
    mailbox: bytes
    size: int
    at: int


class Timer(Row, frozen=True):
    """What messages of a conversation last, as was agreed; no row: they stay.

    Attributes:
        revision, id: of the choice that holds.
    """

    table: ClassVar[str] = "timers"
    key: ClassVar[tuple[str, ...]] = ("conversation",)

    conversation: bytes
    seconds: int = 0
    revision: int = 0
    id: bytes = b""


class Shelf(SecretRow, frozen=True):
    """How the person arranged one chat; no row: nothing of it.

    Attributes:
        muted_until: Unix seconds; views.FOREVER until it is unmuted.
        archived: 0, or 1 + the length that the history had when it was put away.
        changed: when the person arranged it last, Unix milliseconds.
        own_name: what the person calls the contact; "" is the contact's own choice.
    """

    table: ClassVar[str] = "shelf"
    key: ClassVar[tuple[str, ...]] = ("conversation",)

    conversation: bytes
    pinned: bool = False
    muted_until: int = 0
    archived: int = 0
    marked_unread: bool = False
    own_name: str = ""
    changed: int = 0


TALK_ROWS: tuple[type[Row], ...] = (
    *(Extra, Fading, Reaction, OlderVersion, Gone, HeardAct, WaitingAct, SealedCopy, Timer, Shelf),
    *(BesideRow, EchoRow, EchoSaid),
)
