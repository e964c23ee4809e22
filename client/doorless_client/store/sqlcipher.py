"""A profile's store in SQLCipher: every page encrypted under the profile's raw key.

WAL with `synchronous=FULL`: a commit that returned survives the loss of power. What is
deleted is overwritten. Spec: docs/spec/08-state.md §1-§2.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import sqlcipher3

from doorless_client.private_files import open_private
from doorless_client.store.base import (
    RECOVERY,
    Committing,
    DamagedStoreError,
    DiskError,
    EmptyStoreError,
    StoreError,
    WrongKeyError,
)
from doorless_client.store.beside_records import BesideRow
from doorless_client.store.echo_records import EchoRow, EchoSaid
from doorless_client.store.left_open import check_log, mark_closed, mark_open
from doorless_client.store.log_records import Log, LogAlarm, LogGossip, LogOwn, LogPin, LogWaiting
from doorless_client.store.migrations import migrate, scripts
from doorless_client.store.notice_records import SeenCanary, ToldNotice
from doorless_client.store.receipt_records import ReceiptDue
from doorless_client.store.records import (
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
from doorless_client.store.sql_contacts import SqlContacts
from doorless_client.store.sql_table import SqlMessages, SqlTable
from doorless_client.store.statements import (
    Connection,
    commit,
    is_disk_trouble,
    roll_back,
    run,
    store_error,
)
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
from doorless_client.store.unit_of_work import UnitOfWork
from doorless_client.store.word_index import SqlWords

KEY_SIZE = 32

OF_THE_INDEX = (' table "words"', " table main.words")
"""How the library ends what it finds wrong in the index of words."""

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged commits when the power goes
    "PRAGMA secure_delete = ON",  # a used key is overwritten, not only unlinked
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted must not reach the disk in the clear
    "PRAGMA cache_size = -16000",  # KiB: ids are random, so any page of their index is next
)


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
            run(database, setting)
        migrate(database, scripts())
        mark_open(path)
    except sqlcipher3.Error as error:
        database.close()
        raise store_error(error) from error
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
            raise store_error(error) from error
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
            str(path), isolation_level=None, check_same_thread=False, factory=Connection
        )
    except sqlcipher3.Error as error:
        raise store_error(error) from error


class SqlcipherStore:
    """Every table in one encrypted file."""

    def __init__(self, path: Path, database: Any) -> None:
        self._path, self._database = path, database
        self._unit = unit = UnitOfWork()  # tables join it, parents before their children
        self.own = SqlTable(Own, database, unit)
        self.own_manifests = SqlTable(OwnManifest, database, unit)
        self.prekeys = SqlTable(Prekeys, database, unit)
        self.one_time_prekeys = SqlTable(OneTimePrekey, database, unit)
        self.contacts = SqlContacts(database, unit)
        self.devices = SqlTable(Device, database, unit)
        self.session_parts = SqlTable(SessionPart, database, unit)
        self.known_numbers = SqlTable(KnownNumber, database, unit)
        self.session_marks = SqlTable(SessionMark, database, unit)
        self.resyncs = SqlTable(Resync, database, unit)
        self.origins = SqlTable(Origin, database, unit)
        self.messages = SqlMessages(Entry, database, unit)
        self.voices = SqlTable(Voice, database, unit)
        self.late = SqlTable(Late, database, unit)
        self.outbox = SqlTable(Outgoing, database, unit)
        self.copies = SqlTable(Copy, database, unit)
        self.unacknowledged = SqlTable(Unacknowledged, database, unit)
        self.wires = SqlTable(Wire, database, unit)
        self.seen = SqlTable(Seen, database, unit)
        self.receipts_due = SqlTable(ReceiptDue, database, unit)
        self.failures = SqlTable(Failure, database, unit)
        self.evidence = SqlTable(Evidence, database, unit)
        self.settings = SqlTable(Setting, database, unit)
        self.logs = SqlTable(Log, database, unit)
        self.log_pins = SqlTable(LogPin, database, unit)
        self.log_waiting = SqlTable(LogWaiting, database, unit)
        self.log_gossip = SqlTable(LogGossip, database, unit)
        self.log_own = SqlTable(LogOwn, database, unit)
        self.log_alarms = SqlTable(LogAlarm, database, unit)
        self.extras = SqlTable(Extra, database, unit)
        self.reactions = SqlTable(Reaction, database, unit)
        self.versions = SqlTable(OlderVersion, database, unit)
        self.gone = SqlTable(Gone, database, unit)
        self.waiting_acts = SqlTable(WaitingAct, database, unit)
        self.shelf = SqlTable(Shelf, database, unit)
        self.transfers = SqlTable(Transfer, database, unit)
        self.blobs_to_drop = SqlTable(BlobToDrop, database, unit)
        self.words = SqlWords(database, self.messages)
        self.fading = SqlTable(Fading, database, unit)
        self.acts = SqlTable(HeardAct, database, unit)
        self.sealings = SqlTable(SealedCopy, database, unit)
        self.timers = SqlTable(Timer, database, unit)
        self.beside = SqlTable(BesideRow, database, unit)
        self.echo = SqlTable(EchoRow, database, unit)
        self.echo_said = SqlTable(EchoSaid, database, unit)
        self.notices = SqlTable(ToldNotice, database, unit)
        self.canaries = SqlTable(SeenCanary, database, unit)

    @contextmanager
    def transaction(self, committing: Committing = nullcontext) -> Iterator[None]:
        if self._database.in_transaction:
            raise ValueError("already inside a transaction")
        run(self._database, "BEGIN IMMEDIATE")
        self._unit.begin()
        try:
            yield
            self._unit.write()
            commit(self._database, committing)
        except BaseException as error:
            roll_back(self._database, error)
            raise
        finally:
            self._unit.end()

    def damage(self) -> list[str]:
        """What is wrong in the file: pages that do not authenticate, tables that are not whole."""
        pages = run(self._database, "PRAGMA cipher_integrity_check")
        try:
            tables = run(self._database, "PRAGMA integrity_check")
            if self.words.is_emptying():  # half of an index is whole in nobody's eyes but ours
                tables = [row for row in tables if not str(row[0]).endswith(OF_THE_INDEX)]
        except DiskError:
            raise
        except StoreError:
            tables = []  # it cannot be walked; the pages that do not authenticate say why
        return [str(row[0]) for row in (*pages, *tables) if row[0] != "ok"]

    def scrub(self) -> None:
        """`secure_delete` overwrote it in the pages; the log still holds the pages before."""
        if self._database.in_transaction:
            raise ValueError("inside a transaction")
        ((busy, _, _),) = run(self._database, "PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise StoreError("the log of the database is being read by somebody else")

    def close(self) -> None:
        """Raises nothing: what could not be folded back is still in the log."""
        with suppress(DiskError):
            mark_closed(self._path)
        self._database.close()
