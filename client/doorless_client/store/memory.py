"""A store in memory: for tests and the lab. Forgets everything when it is dropped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Generic

from doorless_client.store.base import Committing, R, Value, check_columns
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
    is_news,
)
from doorless_client.store.resync_records import Resync, SessionMark, Unacknowledged
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
from doorless_client.store.word_index import MemoryWords

Undo = Callable[[], None]


class MemoryTable(Generic[R]):
    """Rows in a dict; each change remembers how to take itself back.

    Keys are found by their first column as well, as in an index.
    """

    def __init__(self, kind: type[R], undo: "UndoLog") -> None:
        self._kind, self._undo = kind, undo
        self.rows: dict[tuple[Any, ...], R] = {}
        self._by_first: dict[Any, set[tuple[Any, ...]]] = {}

    def get(self, *key: Value) -> R | None:
        return self.rows.get(key)

    def expect(self, keys: Sequence[Value]) -> None:
        """They are at hand."""

    def put(self, row: R) -> None:
        self._replace(tuple(getattr(row, column) for column in self._kind.key), row)

    def drop(self, *key: Value) -> None:
        if key in self.rows:
            self._replace(key, None)

    def clear(self, **equal: Value) -> None:
        for key in self._keys(equal):
            self._replace(key, None)

    def clear_some(self, at_most: int, **equal: Value) -> int:
        keys = self._keys(equal)[:at_most]
        for key in keys:
            self._replace(key, None)
        return len(keys)

    def find(self, **equal: Value) -> Sequence[R]:
        return [self.rows[key] for key in self._keys(equal)]

    def first(self, column: str, upto: Value, at_most: int) -> Sequence[R]:
        check_columns(self._kind, [column])
        rows = [row for row in self.find() if getattr(row, column) <= upto]
        return sorted(rows, key=lambda row: getattr(row, column))[:at_most]  # in order of keys

    def oldest(self, at_most: int) -> Sequence[R]:
        return [*self.rows.values()][:at_most]

    def last(self) -> R | None:
        return self.rows[max(self.rows)] if self.rows else None

    def least(self, column: str) -> Value | None:
        check_columns(self._kind, [column])
        return min((getattr(row, column) for row in self.rows.values()), default=None)

    def _keys(self, equal: dict[str, Value]) -> list[tuple[Any, ...]]:
        check_columns(self._kind, equal)
        first = self._kind.key[0]
        keys = self._by_first.get(equal[first], ()) if first in equal else self.rows
        return sorted(
            key
            for key in keys
            if all(getattr(self.rows[key], column) == value for column, value in equal.items())
        )

    def _replace(self, key: tuple[Any, ...], row: R | None) -> None:
        before = self.rows.get(key)
        self._undo.remember(lambda: self._set(key, before))
        self._set(key, row)

    def _set(self, key: tuple[Any, ...], row: R | None) -> None:
        if row is None:
            self.rows.pop(key, None)
            self._by_first.get(key[0], set()).discard(key)
        else:
            self.rows[key] = row
            self._by_first.setdefault(key[0], set()).add(key)


class MemoryContacts(MemoryTable[Contact]):
    """Contacts, and whom the person parted with."""

    def __init__(self, undo: "UndoLog") -> None:
        super().__init__(Contact, undo)
        self._parted: dict[bytes, None] = {}

    def part_with(self, conversation: bytes) -> None:
        super().drop(conversation)
        self._undo.remember(lambda: self._parted.pop(conversation, None))
        self._parted[conversation] = None

    def parted(self) -> Sequence[bytes]:
        return sorted(self._parted)

    def drop(self, *key: Value) -> None:
        super().drop(*key)
        (conversation,) = key
        if isinstance(conversation, bytes) and conversation in self._parted:
            self._undo.remember(lambda: self._parted.update({conversation: None}))
            del self._parted[conversation]


class MemoryMessages(MemoryTable[Entry]):
    """Conversations as rows, counted when asked."""

    def length(self, conversation: bytes) -> int:
        return len(self.find(conversation=conversation))

    def with_id(self, conversation: bytes, id: bytes, account: bytes) -> Entry | None:
        found = self.find(conversation=conversation, id=id, account=account) if id else []
        return found[0] if found else None

    def expect_ids(self, ids: Sequence[bytes]) -> None:
        """They are at hand."""

    def slice(self, conversation: bytes, start: int, stop: int) -> Sequence[Entry]:
        return self.find(conversation=conversation)[max(start, 0) : max(stop, 0)]

    def chars(self, conversation: bytes, chunk: int) -> Sequence[int]:
        rows = self.find(conversation=conversation)
        return [
            sum(row.chars for row in rows[at : at + chunk]) for at in range(0, len(rows), chunk)
        ]

    def unread(self, conversation: bytes, seen: int) -> tuple[int, int | None]:
        theirs = [row.place for row in self.slice(conversation, seen, 2**53) if is_news(row)]
        return len(theirs), theirs[0] if theirs else None


class UndoLog:
    """What takes back the open transaction."""

    def __init__(self) -> None:
        self._undo: list[Undo] | None = None

    def remember(self, undo: Undo) -> None:
        if self._undo is None:
            raise ValueError("a change outside of a transaction")
        self._undo.append(undo)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._undo is not None:
            raise ValueError("already inside a transaction")
        self._undo = []
        try:
            yield
        except BaseException:
            for undo in reversed(self._undo):
                undo()
            raise
        finally:
            self._undo = None


class MemoryStore:
    """Every table in memory."""

    def __init__(self) -> None:
        self._log = UndoLog()
        self.own = MemoryTable(Own, self._log)
        self.own_manifests = MemoryTable(OwnManifest, self._log)
        self.prekeys = MemoryTable(Prekeys, self._log)
        self.one_time_prekeys = MemoryTable(OneTimePrekey, self._log)
        self.contacts = MemoryContacts(self._log)
        self.devices = MemoryTable(Device, self._log)
        self.session_parts = MemoryTable(SessionPart, self._log)
        self.known_numbers = MemoryTable(KnownNumber, self._log)
        self.session_marks = MemoryTable(SessionMark, self._log)
        self.resyncs = MemoryTable(Resync, self._log)
        self.origins = MemoryTable(Origin, self._log)
        self.messages = MemoryMessages(Entry, self._log)
        self.voices = MemoryTable(Voice, self._log)
        self.late = MemoryTable(Late, self._log)
        self.outbox = MemoryTable(Outgoing, self._log)
        self.copies = MemoryTable(Copy, self._log)
        self.unacknowledged = MemoryTable(Unacknowledged, self._log)
        self.wires = MemoryTable(Wire, self._log)
        self.seen = MemoryTable(Seen, self._log)
        self.receipts_due = MemoryTable(ReceiptDue, self._log)
        self.failures = MemoryTable(Failure, self._log)
        self.evidence = MemoryTable(Evidence, self._log)
        self.settings = MemoryTable(Setting, self._log)
        self.logs = MemoryTable(Log, self._log)
        self.log_pins = MemoryTable(LogPin, self._log)
        self.log_waiting = MemoryTable(LogWaiting, self._log)
        self.log_gossip = MemoryTable(LogGossip, self._log)
        self.log_own = MemoryTable(LogOwn, self._log)
        self.log_alarms = MemoryTable(LogAlarm, self._log)
        self.extras = MemoryTable(Extra, self._log)
        self.reactions = MemoryTable(Reaction, self._log)
        self.versions = MemoryTable(OlderVersion, self._log)
        self.gone = MemoryTable(Gone, self._log)
        self.waiting_acts = MemoryTable(WaitingAct, self._log)
        self.shelf = MemoryTable(Shelf, self._log)
        self.transfers = MemoryTable(Transfer, self._log)
        self.blobs_to_drop = MemoryTable(BlobToDrop, self._log)
        self.words = MemoryWords(self.messages.rows)
        self.fading = MemoryTable(Fading, self._log)
        self.acts = MemoryTable(HeardAct, self._log)
        self.sealings = MemoryTable(SealedCopy, self._log)
        self.timers = MemoryTable(Timer, self._log)
        self.beside = MemoryTable(BesideRow, self._log)
        self.echo = MemoryTable(EchoRow, self._log)
        self.echo_said = MemoryTable(EchoSaid, self._log)
        self.notices = MemoryTable(ToldNotice, self._log)
        self.canaries = MemoryTable(SeenCanary, self._log)

    @contextmanager
    def transaction(self, committing: Committing = nullcontext) -> Iterator[None]:
        with self._log.transaction():
            yield
            with committing():
                """It is in memory: as durable as it will be."""

    def scrub(self) -> None:
        """There is no file."""

    def close(self) -> None:
        """Nothing is held open."""
