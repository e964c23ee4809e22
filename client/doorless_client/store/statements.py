"""Statements of a profile's database, and their errors in the words of the store.

A page that does not authenticate is refused by the library by giving zeros in its place. Most of
the time that is no page at all, and an error; but where a long value ends in it, the value ends
in zeros. So the library is asked after each statement; inside a transaction once, at its end:
nothing of a transaction is believed, kept or told before. Spec: docs/spec/08-state.md §2.1.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlcipher3

from doorless_client.store.base import (
    BrokenStoreError,
    Committing,
    DamagedStoreError,
    DiskError,
    FailedDiskError,
    StoreError,
    Value,
)

DISK_TROUBLE = {  # the library's words for its result code, and what the person can do
    "database or disk is full": "the disk is full: make room",
    "disk I/O error": "the disk refused: it is full or failing; make room, or look at the disk",
    "unable to open database file": "the disk does not let it be opened: see who may write there",
    "attempt to write a readonly database": "the disk is read-only: make it writable",
}
FAILED = "disk I/O error"
DAMAGED = ("database disk image is malformed", "file is not a database")

# Of bytes and bool the library asks anybody how they are stored, and then stores them as they
# are. To be told, takes it a sixth of that time; and to ask, longer than to store a whole row.
sqlcipher3.register_adapter(bytes, bytearray)
sqlcipher3.register_adapter(bool, int)


class Connection(sqlcipher3.Connection):  # type: ignore[misc]
    """Remembers that the disk failed under it, or the file."""

    failure: BrokenStoreError | None = None


def run(database: Any, sql: str, values: Sequence[Value] = ()) -> list[Any]:
    """The rows of one statement."""
    check_sound(database)
    try:
        rows: list[Any] = database.execute(sql, values).fetchall()
    except sqlcipher3.Error as error:
        raise _failed(database, error) from error
    if not database.in_transaction:
        check_authentic(database)
    return rows


def run_each(database: Any, sql: str, rows: Iterable[Sequence[Value]]) -> None:
    """One statement for each of `rows`. In a transaction."""
    check_sound(database)
    try:
        database.executemany(sql, rows)
    except sqlcipher3.Error as error:
        raise _failed(database, error) from error


def commit(database: Any, committing: Committing) -> None:
    """End the open transaction, if all that it read was genuine."""
    check_authentic(database)
    with committing():
        run(database, "COMMIT")


def roll_back(database: Any, error: BaseException) -> None:
    """Take the open transaction back. It failed; but was it told the truth?

    Raises:
        DamagedStoreError: perhaps not.
    """
    if not database.in_transaction:
        return
    try:
        if isinstance(error, Exception):
            check_authentic(database)
    finally:
        database.execute("ROLLBACK")


def check_authentic(database: Any) -> None:
    """Raises DamagedStoreError: a page that was read since it was opened does not authenticate."""
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


def store_error(error: Exception) -> StoreError:
    if is_disk_trouble(error):
        told = DISK_TROUBLE[str(error)]
        if str(error) == FAILED:
            return FailedDiskError(f"{told}, and start doorless again")
        return DiskError(f"{told}, and try again")
    if str(error) in DAMAGED:
        return DamagedStoreError("a page of its database does not authenticate")
    return StoreError(f"the profile's database: {error}")  # it names columns, never values


def _failed(database: Any, error: Exception) -> StoreError:
    told = store_error(error)
    if isinstance(told, BrokenStoreError):
        database.failure = told
    return told
