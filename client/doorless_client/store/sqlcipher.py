"""A profile's store in SQLCipher: every page encrypted under the profile's raw key.

WAL with `synchronous=FULL`: a commit that returned survives the loss of power. What is
deleted is overwritten. Spec: docs/spec/08-state.md §1-§2.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Generic

import sqlcipher3

from doorless_client.private_files import open_private
from doorless_client.store.base import (
    RECOVERY,
    BrokenStoreError,
    DamagedStoreError,
    DiskError,
    EmptyStoreError,
    FailedDiskError,
    R,
    StoreError,
    Value,
    WrongKeyError,
    check_columns,
)
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.store.left_open import check_log, mark_closed, mark_open
from doorless_client.store.log_records import Log, LogAlarm, LogGossip, LogOwn, LogPin, LogWaiting
from doorless_client.store.migrations import migrate, scripts
from doorless_client.store.records import (
    READ_ELSEWHERE,
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
    ReceiptDue,
    Seen,
    SessionPart,
    Setting,
    Voice,
    Wire,
)
from doorless_client.store.resync_records import Resync, SessionMark, Unacknowledged
from doorless_client.store.talk_records import (
    Extra,
    Gone,
    OlderVersion,
    Reaction,
    Shelf,
    WaitingAct,
)

KEY_SIZE = 32

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged commits when the power goes
    "PRAGMA secure_delete = ON",  # a used key is overwritten, not only unlinked
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted must not reach the disk in the clear
)

DISK_TROUBLE = {  # the library's words for its result code, and what the person can do
    "database or disk is full": "the disk is full: make room",
    "disk I/O error": "the disk refused: it is full or failing; make room, or look at the disk",
    "unable to open database file": "the disk does not let it be opened: see who may write there",
    "attempt to write a readonly database": "the disk is read-only: make it writable",
}
FAILED = "disk I/O error"
DAMAGED = ("database disk image is malformed", "file is not a database")


def open_store(path: Path, key: bytes, *, create: bool = False) -> "SqlcipherStore":
    """Open the database at `path`, or make it.

    Args:
        key: the profile's 32-byte raw key.
        create: begin a new one; `path` must not exist.

    Raises:
        WrongKeyError: the key does not open it. Nothing was written.
        NewerSchemaError: a later version wrote it. Nothing was written.
        EmptyStoreError: there is nothing in it. Nothing was written.
        DiskError: the disk is full, fails, or may not be written. Nothing is lost.
        DamagedStoreError: it is not as it was left; or it was not closed, and its log is gone.
        StoreError: missing, already there, or not usable.
    """
    if len(key) != KEY_SIZE:
        raise ValueError(f"key of {len(key)} bytes, not {KEY_SIZE}")
    if create and path.exists():
        raise StoreError("a database is there already")
    if create:
        _make_private(path)
    elif path.exists():
        check_log(path)
    else:
        raise DamagedStoreError(f"{path.name} is missing")
    database = _connect(path, key, create=create)
    try:
        for setting in SETTINGS:
            _run(database, setting)
        migrate(database, scripts())
        mark_open(path)
    except sqlcipher3.Error as error:
        database.close()
        raise _store_error(error) from error
    except BaseException:
        database.close()
        raise
    return SqlcipherStore(path, database)


def _make_private(path: Path) -> None:
    """The library goes by the umask; what it puts beside the file takes after the file."""
    try:
        os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    except OSError as error:
        raise DiskError(f"the profile's database: {error.strerror}") from error


def _connect(path: Path, key: bytes, *, create: bool) -> Any:
    database = _library(path)
    try:
        # Without this a wrong key is reported on stderr, over whatever is on the screen.
        database.execute("PRAGMA cipher_log_level = NONE")
        database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlcipher3.DatabaseError as error:
        database.close()
        if is_disk_trouble(error):
            raise _store_error(error) from error
        raise WrongKeyError(
            f"the key does not open the database, or it is damaged; {RECOVERY}"
        ) from None
    if not tables and not create:
        database.close()
        raise EmptyStoreError(f"the database is empty, so it was damaged; {RECOVERY}")
    return database


def _library(path: Path) -> Any:
    try:
        return sqlcipher3.connect(
            str(path), isolation_level=None, check_same_thread=False, factory=_Connection
        )
    except sqlcipher3.Error as error:
        raise _store_error(error) from error


class _Connection(sqlcipher3.Connection):  # type: ignore[misc]
    """Remembers that the disk failed under it, or the file."""

    failure: BrokenStoreError | None = None


class SqlTable(Generic[R]):
    """Rows of one table, by prepared statements."""

    def __init__(self, kind: type[R], database: Any) -> None:
        self._kind, self._database = kind, database
        self._columns = kind.__struct_fields__
        names, key = ", ".join(self._columns), kind.key
        self._flags = [at for at, name in enumerate(self._columns) if _is_flag(kind, name)]
        self._select = f"SELECT {names} FROM {kind.table}"  # noqa: S608  names of our own
        self._where = " AND ".join(f"{column} = ?" for column in key)
        self._order = ", ".join(key)
        values = ", ".join("?" * len(self._columns))
        others = [column for column in self._columns if column not in key]
        change = ", ".join(f"{column} = excluded.{column}" for column in others)
        conflict = f"DO UPDATE SET {change}" if others else "DO NOTHING"
        self._put = (
            f"INSERT INTO {kind.table} ({names}) VALUES ({values}) "  # noqa: S608
            f"ON CONFLICT ({self._order}) {conflict}"
        )

    def get(self, *key: Value) -> R | None:
        rows = self._query(f"{self._select} WHERE {self._where}", key)
        return rows[0] if rows else None

    def put(self, row: R) -> None:
        self._change(self._put, tuple(getattr(row, column) for column in self._columns))

    def drop(self, *key: Value) -> None:
        self._change(f"DELETE FROM {self._kind.table} WHERE {self._where}", key)  # noqa: S608

    def clear(self, **equal: Value) -> None:
        sql = f"DELETE FROM {self._kind.table} WHERE {self._matching(equal)}"  # noqa: S608
        self._change(sql, tuple(equal.values()))

    def find(self, **equal: Value) -> Sequence[R]:
        return self._query(
            f"{self._select} WHERE {self._matching(equal)} ORDER BY {self._order}",
            tuple(equal.values()),
        )

    def last(self) -> R | None:
        order = ", ".join(f"{column} DESC" for column in self._kind.key)
        rows = self._query(f"{self._select} ORDER BY {order} LIMIT 1", ())
        return rows[0] if rows else None

    def least(self, column: str) -> Value | None:
        check_columns(self._kind, [column])
        rows = _run(self._database, f"SELECT min({column}) FROM {self._kind.table}")  # noqa: S608
        found: Value | None = rows[0][0]
        return found

    def _matching(self, equal: dict[str, Value]) -> str:
        check_columns(self._kind, equal)
        return " AND ".join(f"{column} = ?" for column in equal) or "TRUE"

    def _query(self, sql: str, values: Sequence[Value]) -> list[R]:
        return [self._row(row) for row in _run(self._database, sql, values)]

    def _row(self, values: Sequence[Any]) -> R:
        if self._flags:
            values = list(values)
            for at in self._flags:
                values[at] = bool(values[at])
        return self._kind(*values)

    def _change(self, sql: str, values: Sequence[Value]) -> None:
        if not self._database.in_transaction:
            raise ValueError("a change outside of a transaction")
        _run(self._database, sql, values)


class SqlMessages(SqlTable[Entry]):
    """Conversations, read from the index that carries their shape."""

    def length(self, conversation: bytes) -> int:
        sql = "SELECT coalesce(max(place) + 1, 0) FROM messages WHERE conversation = ?"
        return int(self._one(sql, (conversation,))[0])

    def with_id(self, conversation: bytes, id: bytes, account: bytes) -> Entry | None:
        where = "conversation = ? AND id = ? AND account = ? AND id <> x''"  # so the index serves
        rows = self._query(f"{self._select} WHERE {where}", (conversation, id, account))
        return rows[0] if rows else None

    def slice(self, conversation: bytes, start: int, stop: int) -> Sequence[Entry]:
        return self._query(
            f"{self._select} WHERE conversation = ? AND place >= ? AND place < ? ORDER BY place",
            (conversation, start, stop),
        )

    def chars(self, conversation: bytes, chunk: int) -> Sequence[int]:
        sql = (
            "SELECT sum(chars) FROM messages WHERE conversation = ? "
            "GROUP BY place / ? ORDER BY place / ?"
        )
        return [int(row[0]) for row in _run(self._database, sql, (conversation, chunk, chunk))]

    def unread(self, conversation: bytes, seen: int) -> tuple[int, int | None]:
        sql = (
            "SELECT count(*), min(place) FROM messages "
            "WHERE conversation = ? AND place >= ? AND mine = 0 AND kind <> 'note' AND state <> ?"
        )
        count, first = self._one(sql, (conversation, seen, READ_ELSEWHERE))
        return int(count), first

    def _one(self, sql: str, values: Sequence[Value]) -> Any:
        return _run(self._database, sql, values)[0]


class SqlcipherStore:
    """Every table in one encrypted file."""

    def __init__(self, path: Path, database: Any) -> None:
        self._path, self._database = path, database
        self.own = SqlTable(Own, database)
        self.own_manifests = SqlTable(OwnManifest, database)
        self.prekeys = SqlTable(Prekeys, database)
        self.one_time_prekeys = SqlTable(OneTimePrekey, database)
        self.contacts = SqlTable(Contact, database)
        self.devices = SqlTable(Device, database)
        self.session_parts = SqlTable(SessionPart, database)
        self.known_numbers = SqlTable(KnownNumber, database)
        self.session_marks = SqlTable(SessionMark, database)
        self.resyncs = SqlTable(Resync, database)
        self.origins = SqlTable(Origin, database)
        self.messages = SqlMessages(Entry, database)
        self.voices = SqlTable(Voice, database)
        self.late = SqlTable(Late, database)
        self.outbox = SqlTable(Outgoing, database)
        self.copies = SqlTable(Copy, database)
        self.unacknowledged = SqlTable(Unacknowledged, database)
        self.wires = SqlTable(Wire, database)
        self.seen = SqlTable(Seen, database)
        self.receipts_due = SqlTable(ReceiptDue, database)
        self.failures = SqlTable(Failure, database)
        self.evidence = SqlTable(Evidence, database)
        self.settings = SqlTable(Setting, database)
        self.logs = SqlTable(Log, database)
        self.log_pins = SqlTable(LogPin, database)
        self.log_waiting = SqlTable(LogWaiting, database)
        self.log_gossip = SqlTable(LogGossip, database)
        self.log_own = SqlTable(LogOwn, database)
        self.log_alarms = SqlTable(LogAlarm, database)
        self.extras = SqlTable(Extra, database)
        self.reactions = SqlTable(Reaction, database)
        self.versions = SqlTable(OlderVersion, database)
        self.gone = SqlTable(Gone, database)
        self.waiting_acts = SqlTable(WaitingAct, database)
        self.shelf = SqlTable(Shelf, database)
        self.echo = SqlTable(EchoRow, database)
        self.echo_said = SqlTable(EchoSaid, database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._database.in_transaction:
            raise ValueError("already inside a transaction")
        _run(self._database, "BEGIN IMMEDIATE")
        try:
            yield
            _run(self._database, "COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def damage(self) -> list[str]:
        """What is wrong in the file: pages that do not authenticate, tables that are not whole."""
        pages = _run(self._database, "PRAGMA cipher_integrity_check")
        try:
            tables = _run(self._database, "PRAGMA integrity_check")
        except DamagedStoreError:
            tables = []  # it cannot be walked; the pages that do not authenticate say why
        return [str(row[0]) for row in (*pages, *tables) if row[0] != "ok"]

    def scrub(self) -> None:
        """`secure_delete` overwrote it in the pages; the log still holds the pages before."""
        if self._database.in_transaction:
            raise ValueError("inside a transaction")
        ((busy, _, _),) = _run(self._database, "PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise StoreError("the log of the database is being read by somebody else")

    def close(self) -> None:
        """Raises nothing: what could not be folded back is still in the log."""
        with suppress(DiskError):
            mark_closed(self._path)
        self._database.close()


def _is_flag(kind: type[Any], column: str) -> bool:
    return kind.__annotations__.get(column) in (bool, "bool")


def _run(database: Any, sql: str, values: Sequence[Value] = ()) -> list[Any]:
    """The rows of one statement. The library's errors come in the words of this store."""
    check_sound(database)
    try:
        rows: list[Any] = database.execute(sql, values).fetchall()
    except sqlcipher3.Error as error:
        told = _store_error(error)
        if isinstance(told, BrokenStoreError):
            database.failure = told
        raise told from error
    check_authentic(database)
    return rows


def check_authentic(database: Any) -> None:
    """Raises DamagedStoreError: a page that was read since it was opened does not authenticate.

    The library refuses such a page by giving zeros in its place. Most of the time that is no
    page at all, and an error; but where a long value ends in it, the value ends in zeros.
    """
    if database.execute("PRAGMA cipher_status").fetchone() != ("1",):
        database.failure = DamagedStoreError("a page of its database does not authenticate")
        raise database.failure


def check_sound(database: Any) -> None:
    """Raises what was raised before: a store that broke is asked nothing again."""
    if database.failure is not None:
        raise database.failure


def is_disk_trouble(error: Exception) -> bool:
    """Whether the disk is at fault, and neither the key nor the file."""
    return isinstance(error, sqlcipher3.OperationalError) and str(error) in DISK_TROUBLE


def _store_error(error: Exception) -> StoreError:
    if is_disk_trouble(error):
        told = f"the profile's database: {DISK_TROUBLE[str(error)]}"
        if str(error) == FAILED:
            return FailedDiskError(f"{told}, and start doorless again")
        return DiskError(f"{told}, and try again")
    if str(error) in DAMAGED:
        return DamagedStoreError("a page of its database does not authenticate")
    return StoreError(f"the profile's database: {error}")  # it names columns, never values
