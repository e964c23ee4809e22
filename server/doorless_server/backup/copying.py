"""Copies databases while a relay writes to them, all as of one moment.

    BEGIN on the log ─► BEGIN on the relay ─► has the log changed? ─ no ─► copied piece by piece
           └──────────────────────────────────────── yes ─┘

A database is copied inside one read transaction, in pieces with pauses between: nobody waits for
it. What it reads stays in the write-ahead log meanwhile, so it hurries when that grows, and gives
up before the relay would have to put anybody off (docs/spec/07-relay.md §6).
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from doorless_server.limits import LOG_BYTES

PIECE_PAGES: Final = 256
"""Pages copied at once, 1 MiB: a millisecond or two of the disk."""

PAUSE: Final = 0.005
"""Seconds between two pieces, in which the disk is the relay's: about 150 MB/s are copied."""

HURRY_BYTES, TOO_MANY_BYTES = LOG_BYTES // 2, LOG_BYTES * 13 // 16
"""Of the write-ahead log: beyond the first no pause is made, beyond the second it begins again."""

ATTEMPTS: Final = 5

Pause = Callable[[float], None]


class TooBusyError(Exception):
    """The relay writes faster than it can be copied; nothing was kept. Later."""


def copy_all(relay: Path, others: Sequence[Path], to: Path, *, pause: Pause = time.sleep) -> None:
    """Copy these databases into the folder `to`, as they all were at one moment.

    Args:
        others: the first of them is the key log, if there is one: it and the relay's own database
            are changed together.

    Raises:
        TooBusyError: as it says.
        sqlite3.Error: one of them is no database, or damaged.
    """
    for attempt in range(ATTEMPTS):
        hurried = attempt > 0
        try:
            with moment(relay, others) as opened:
                for path, db in opened.items():
                    (to / path.name).unlink(missing_ok=True)
                    _copy(db, to / path.name, _wait(pause, path, hurried=hurried))
        except TooBusyError:
            continue
        return
    raise TooBusyError("the relay writes faster than it is copied: try when it is less busy")


@contextmanager
def moment(relay: Path, others: Sequence[Path]) -> Iterator[dict[Path, sqlite3.Connection]]:
    """Each of them in a read transaction; between the first two beginnings the log stood still."""
    with ExitStack() as leaving:
        opened = {path: leaving.enter_context(closing(_reader(path))) for path in (relay, *others)}
        watching = [leaving.enter_context(closing(_reader(path))) for path in others[:1]]
        while True:
            before = _versions(watching)
            for path in others:
                _begin(opened[path])
            _begin(opened[relay])
            if is_one_moment(before, _versions(watching)):
                break
            for db in opened.values():
                db.execute("ROLLBACK")
        yield opened


def is_one_moment(before: list[int], after: list[int]) -> bool:
    """Whether nobody wrote to the log meanwhile: a change of an account is in both, or in none."""
    return before == after


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _begin(db: sqlite3.Connection) -> None:
    db.execute("BEGIN")
    db.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it stands still


def _versions(watching: Sequence[sqlite3.Connection]) -> list[int]:
    return [db.execute("PRAGMA data_version").fetchone()[0] for db in watching]


def _copy(source: sqlite3.Connection, to: Path, between: Callable[[int, int, int], None]) -> None:
    """One file, without a write-ahead log beside it."""
    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # the caller syncs it when it is whole
        target.execute("PRAGMA journal_mode = OFF")
        source.backup(target, pages=PIECE_PAGES, progress=between)
    source.execute("ROLLBACK")  # what was read may leave the write-ahead log
    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA journal_mode = DELETE")  # it was copied with all else


def _wait(pause: Pause, path: Path, *, hurried: bool) -> Callable[[int, int, int], None]:
    log = path.with_name(f"{path.name}-wal")

    def between(_status: int, _left: int, _total: int) -> None:
        size = log.stat().st_size if log.exists() else 0
        if size > TOO_MANY_BYTES:
            raise TooBusyError
        if not hurried and size <= HURRY_BYTES:
            pause(PAUSE)

    return between
