"""A change of a label, from its arrival until its epoch is published.

    stage ──► STAGED ── account changed ──► CONFIRMED ── epoch ──► BUILT ── published ──► gone
                 └───── it was not ───► drop   └ promised, signed

The record and the account's manifest are kept in two databases. A relay that is killed between
the two finds here what was staged, looks what the account holds, and confirms or drops. Nothing
is promised before it is confirmed: epochs go on while an account is changed, and a promise from
before them could be due in one of those.
Spec: docs/spec/13-directory.md §2.
"""

import sqlite3
from dataclasses import dataclass
from enum import IntEnum

from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.label import Index
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import Record
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.log.standing import Standing
from doorless_server.directory import labels
from doorless_server.directory.base import Change
from doorless_server.directory.labels import LabelRow
from doorless_server.store.base import StaleError, UnavailableError

PROMISED_MS = 60_000
"""Milliseconds until a change is in an epoch. One comes within 10 s; the rest is for asking
witnesses, and for a disk that is slow."""

NOT_PROMISED = b""
"""In the place of a receipt, until the account is changed."""


class State(IntEnum):
    STAGED = 0
    CONFIRMED = 1
    BUILT = 2


def stage(db: sqlite3.Connection, place: Index, change: Change) -> None:
    """Keep a change that is in order; the same one again is the same, also in an epoch already.

    Raises:
        StaleError: it does not follow the label's newest record.
        UnavailableError: another change of the label waits for its epoch.
        ForgedError: its account is not entitled to it.
    """
    row = labels.find(db, place)
    waiting = _waiting(db, row)
    if waiting is not None and waiting.commitment != change.commitment:
        raise UnavailableError("another change waits for its epoch")
    if waiting is not None or is_in_an_epoch(db, row, change):
        return
    standing = follow(labels.standing(db, row), row, change.record)
    number = labels.keep(db, row)
    db.execute(
        "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            change.record.version,
            change.record.kind,
            standing.replaced or b"",
            change.commitment,
            change.opening,
            change.record.encode(),
            NOT_PROMISED,
            change.superseded,
            State.STAGED,
        ),
    )


def confirm(
    db: sqlite3.Connection, place: Index, signer: LogSigner, change: Change, now_ms: int
) -> bytes:
    """The account is changed: the record goes into the next epoch. The signed promise of it.

    The same change again gets the same promise, and a new one when it is in an epoch already.
    """
    waiting = _waiting(db, labels.find(db, place))
    if waiting is not None and waiting.state is not State.STAGED:
        return waiting.receipt
    receipt = promise(signer, place, change, log_time(db, now_ms))
    db.execute(
        "UPDATE pending SET state = ?, receipt = ? WHERE state = ?"
        " AND label = (SELECT id FROM labels WHERE place = ?)",
        (State.CONFIRMED, receipt, State.STAGED, place),
    )
    return receipt


def promise(signer: LogSigner, place: Index, change: Change, accepted_ms: int) -> bytes:
    """What convicts the log if an epoch that is later than due lacks the change."""
    version, due_ms = change.record.version, accepted_ms + PROMISED_MS
    return Receipt.sign(signer, place, version, change.commitment, accepted_ms, due_ms).encode()


def log_time(db: sqlite3.Connection, now_ms: int) -> int:
    """What is promised now is promised from here on, Unix milliseconds.

    Where the clock was put back, the newest epoch is of a later time than now. A promise that were
    due before that would be broken by an epoch that was there already.
    """
    found = db.execute("SELECT leaf FROM epochs ORDER BY epoch DESC LIMIT 1").fetchone()
    return max(now_ms, EpochLeaf.decode(found[0]).time_ms) if found else now_ms


def follow(before: Standing | None, row: LabelRow, record: Record) -> Standing:
    """Whom the label stands for after `record`; its epoch, and so its head, is not known yet.

    Raises:
        StaleError: it does not name the version and head before it.
        ForgedError: its account is not entitled to it.
    """
    if (record.version, record.previous) != (row.version + 1, row.head):
        raise StaleError(f"version {record.version} behind {row.version}")
    if before is None:
        return Standing.begin(record, row.head)
    return before.after(record, row.head)


def drop(db: sqlite3.Connection, place: Index) -> None:
    """The account was not changed: as if it had never been asked."""
    db.execute(
        "DELETE FROM pending WHERE state = ? AND label = (SELECT id FROM labels WHERE place = ?)",
        (State.STAGED, place),
    )
    db.execute(
        "DELETE FROM labels WHERE place = ? AND version = ?"
        " AND id NOT IN (SELECT label FROM pending)",
        (place, labels.NEVER),
    )


def undecided(db: sqlite3.Connection) -> list[Change]:
    """What was staged when the process ended."""
    rows = db.execute(
        "SELECT record, opening, superseded FROM pending WHERE state = ?", (State.STAGED,)
    )
    return [Change(Record.decode(record), *rest) for record, *rest in rows]


@dataclass(frozen=True, slots=True)
class _Waiting:
    commitment: bytes
    receipt: bytes
    state: State


def _waiting(db: sqlite3.Connection, row: LabelRow) -> _Waiting | None:
    found = db.execute(
        "SELECT commitment, receipt, state FROM pending WHERE label = ?", (row.id,)
    ).fetchone()
    return _Waiting(found[0], found[1], State(found[2])) if found else None


def is_in_an_epoch(db: sqlite3.Connection, row: LabelRow, change: Change) -> bool:
    """Whether this very change is in one, published or not."""
    found = db.execute(
        "SELECT commitment FROM versions WHERE label = ? AND version = ?",
        (row.id, change.record.version),
    ).fetchone()
    return found is not None and bytes(found[0]) == change.commitment
