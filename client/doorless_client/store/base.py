"""What every store of a profile promises. tests/client/test_store.py holds all backends to it.

A store is tables of rows, changed inside transactions: all of a transaction is durable when
it ends, or none of it ever happened. Spec: docs/spec/08-state.md §2.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

from doorless_client.store.beside_records import BesideRow
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.store.log_records import Log, LogAlarm, LogGossip, LogOwn, LogPin, LogWaiting
from doorless_client.store.notice_records import SeenCanary, ToldNotice
from doorless_client.store.receipt_records import ReceiptDue
from doorless_client.store.records import (
    Contact,
    Copy,
    Device,
    Entry,
    Evidence,
    Failure,
    KnownNumber,
    Late,
    OneTimePrekey,
    Origin,
    Outgoing,
    Own,
    OwnManifest,
    Prekeys,
    Seen,
    SessionPart,
    Setting,
    Voice,
    Wire,
)
from doorless_client.store.resync_records import Resync, SessionMark, Unacknowledged
from doorless_client.store.row import Row
from doorless_client.store.talk_records import (
    Extra,
    Fading,
    Gone,
    HeardAct,
    OlderVersion,
    Reaction,
    SealedCopy,
    Shelf,
    Timer,
    WaitingAct,
)
from doorless_client.store.transfer_records import BlobToDrop, Transfer
from doorless_client.store.words import WordIndex

R = TypeVar("R", bound=Row)
Value = bytes | str | int | float


Committing = Callable[[], AbstractContextManager[None]]
"""Entered when all is written, left when it is durable."""


RECOVERY = "to mend it, see docs/howto/mend-a-damaged-profile.md"
"""What every message about damage ends with."""


class StoreError(Exception):
    """The profile's database cannot be used; nothing was changed by what failed."""


class WrongKeyError(StoreError):
    """The key does not open this file, or the file is no database. Nothing was written."""


class EmptyStoreError(StoreError):
    """A file, and nothing in it. Nothing was written."""


class BrokenStoreError(StoreError):
    """Nothing is read or stored any more on this opening: what was asked may be untrue or lost."""


class DamagedStoreError(BrokenStoreError):
    """The files are not as we left them. Nothing was written; what can be done is in the words."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the profile is damaged, and nothing was changed: {what}; {RECOVERY}")


class DiskError(StoreError):
    """The disk takes or gives nothing: make room, or see to it. The file itself is sound."""


class FailedDiskError(BrokenStoreError, DiskError):
    """The disk refused to read or to keep something.

    It tells of a lost write once: asked again, it says that all is well.
    """


class NewerSchemaError(StoreError):
    """A later version of doorless wrote this file. It was left untouched."""


class Table(Protocol[R]):
    """Rows of one kind."""

    def get(self, *key: Value) -> R | None: ...

    def expect(self, keys: Sequence[Value]) -> None:
        """Say which rows the open transaction will ask for: they may be read at once.

        Args:
            keys: of a table whose key is one column.
        """

    def put(self, row: R) -> None:
        """Keep `row`, in place of the one with its key. Only inside a transaction."""

    def drop(self, *key: Value) -> None:
        """Forget the row with this key, if there is one. Only inside a transaction."""

    def clear(self, **equal: Value) -> None:
        """Forget every row whose columns have these values. Only inside a transaction.

        Raises:
            ValueError: no such column.
        """

    def clear_some(self, at_most: int, **equal: Value) -> int:
        """The same, of so many rows at most; returns of how many."""
        ...

    def find(self, **equal: Value) -> Sequence[R]:
        """Rows whose columns have these values, in the order of their keys.

        Raises:
            ValueError: no such column.
        """
        ...

    def first(self, column: str, upto: Value, at_most: int) -> Sequence[R]:
        """Rows whose value there is not above `upto`, the least first; so many at most.

        Raises:
            ValueError: no such column.
        """
        ...

    def oldest(self, at_most: int) -> Sequence[R]:
        """So many rows at most, what was stored first before the others."""
        ...

    def last(self) -> R | None:
        """The row with the highest key."""
        ...

    def least(self, column: str) -> Value | None:
        """The least value that any row has there.

        Raises:
            ValueError: no such column.
        """
        ...


def check_columns(kind: type[Row], columns: Iterable[str]) -> None:
    """Raises ValueError: rows of this kind have no such column."""
    for column in columns:
        if column not in kind.__struct_fields__:
            raise ValueError(f"{kind.table} has no column {column}")


class ContactTable(Table[Contact], Protocol):
    """Who is known. Of whom was parted with no row is got or found, but what hangs on it stays."""

    def part_with(self, conversation: bytes) -> None:
        """From now on this is no contact; `drop` it when nothing is left. In a transaction."""

    def parted(self) -> Sequence[bytes]:
        """The conversations of whom was parted with."""
        ...


class MessageTable(Table[Entry], Protocol):
    """Conversations: places are dense and begin at 0."""

    def length(self, conversation: bytes) -> int: ...

    def with_id(self, conversation: bytes, id: bytes, account: bytes) -> Entry | None:
        """What `account` said under this id; an empty id is nobody's."""
        ...

    def expect_ids(self, ids: Sequence[bytes]) -> None:
        """Say which ids the open transaction will ask for: most are of no message yet."""

    def slice(self, conversation: bytes, start: int, stop: int) -> Sequence[Entry]: ...

    def chars(self, conversation: bytes, chunk: int) -> Sequence[int]:
        """Characters of text in each run of `chunk` messages."""
        ...

    def unread(self, conversation: bytes, seen: int) -> tuple[int, int | None]:
        """How many messages of others are at `seen` or after, and the place of the first."""
        ...


class Store(Protocol):
    """All that a profile remembers."""

    @property
    def own(self) -> Table[Own]: ...
    @property
    def own_manifests(self) -> Table[OwnManifest]: ...
    @property
    def prekeys(self) -> Table[Prekeys]: ...
    @property
    def one_time_prekeys(self) -> Table[OneTimePrekey]: ...
    @property
    def contacts(self) -> ContactTable: ...
    @property
    def devices(self) -> Table[Device]: ...
    @property
    def session_parts(self) -> Table[SessionPart]: ...
    @property
    def known_numbers(self) -> Table[KnownNumber]: ...
    @property
    def session_marks(self) -> Table[SessionMark]: ...
    @property
    def resyncs(self) -> Table[Resync]: ...
    @property
    def origins(self) -> Table[Origin]: ...
    @property
    def messages(self) -> MessageTable: ...
    @property
    def voices(self) -> Table[Voice]: ...
    @property
    def late(self) -> Table[Late]: ...
    @property
    def outbox(self) -> Table[Outgoing]: ...
    @property
    def copies(self) -> Table[Copy]: ...
    @property
    def unacknowledged(self) -> Table[Unacknowledged]: ...
    @property
    def wires(self) -> Table[Wire]: ...
    @property
    def seen(self) -> Table[Seen]: ...
    @property
    def receipts_due(self) -> Table[ReceiptDue]: ...
    @property
    def failures(self) -> Table[Failure]: ...
    @property
    def evidence(self) -> Table[Evidence]: ...
    @property
    def settings(self) -> Table[Setting]: ...
    @property
    def logs(self) -> Table[Log]: ...
    @property
    def log_pins(self) -> Table[LogPin]: ...
    @property
    def log_waiting(self) -> Table[LogWaiting]: ...
    @property
    def log_gossip(self) -> Table[LogGossip]: ...
    @property
    def log_own(self) -> Table[LogOwn]: ...
    @property
    def log_alarms(self) -> Table[LogAlarm]: ...
    @property
    def extras(self) -> Table[Extra]: ...
    @property
    def reactions(self) -> Table[Reaction]: ...
    @property
    def versions(self) -> Table[OlderVersion]: ...
    @property
    def gone(self) -> Table[Gone]: ...
    @property
    def waiting_acts(self) -> Table[WaitingAct]: ...
    @property
    def shelf(self) -> Table[Shelf]: ...
    @property
    def transfers(self) -> Table[Transfer]: ...
    @property
    def blobs_to_drop(self) -> Table[BlobToDrop]: ...
    @property
    def words(self) -> WordIndex: ...
    @property
    def fading(self) -> Table[Fading]: ...
    @property
    def acts(self) -> Table[HeardAct]: ...
    @property
    def sealings(self) -> Table[SealedCopy]: ...
    @property
    def timers(self) -> Table[Timer]: ...
    @property
    def beside(self) -> Table[BesideRow]: ...
    @property
    def echo(self) -> Table[EchoRow]: ...
    @property
    def echo_said(self) -> Table[EchoSaid]: ...
    @property
    def notices(self) -> Table[ToldNotice]: ...
    @property
    def canaries(self) -> Table[SeenCanary]: ...

    def transaction(self, committing: Committing = nullcontext) -> AbstractContextManager[None]:
        """All that is put and dropped inside becomes durable when it ends, or nothing does.

        Args:
            committing: around the moment in which it becomes durable; it must not touch the store.

        Raises:
            StoreError: it could not be made durable; the store is as it was before.
            ValueError: already inside one.
        """
        ...

    def scrub(self) -> None:
        """From now on, what was deleted is in no file of this store, not even encrypted.

        Raises:
            StoreError: it may still be there; try again later.
            ValueError: inside a transaction.
        """

    def close(self) -> None: ...
