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
from itertools import count
from pathlib import Path
from typing import Final

from doorless_server.backup import bundle
from doorless_server.limits import BACKUP_LOG_BYTES

PIECE_PAGES: Final = 256
"""Pages copied at once, 1 MiB: a millisecond or two of the disk."""

SYNC_PIECES: Final = 8
"""Pieces that are synced at once: all at the end, the relay's own fsync would wait for them."""

PAUSE: Final = 0.02
"""Seconds between two pieces, in which disk and processor are the relay's: some 40 MB/s."""

HURRY_BYTES, TOO_MANY_BYTES = BACKUP_LOG_BYTES // 4, BACKUP_LOG_BYTES * 3 // 4
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
        between = _wait(pause, relay, hurried=attempt > 0)
        try:
            with moment(relay, others) as opened:
                for path, db in opened.items():
                    (to / path.name).unlink(missing_ok=True)
                    _copy(db, to / path.name, between if path == relay else _rest(pause))
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
    pieces = count(1)

    def paced(status: int, left: int, total: int) -> None:
        if next(pieces) % SYNC_PIECES == 0:
            bundle.sync(to)
        between(status, left, total)

    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA journal_mode = OFF")
        source.backup(target, pages=PIECE_PAGES, progress=paced)
    source.execute("ROLLBACK")  # what was read may leave the write-ahead log
    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA journal_mode = DELETE")  # it was copied with all else


def _rest(pause: Pause) -> Callable[[int, int, int], None]:
    """Of databases to which little is written, or which nobody waits for."""
    return lambda _status, _left, _total: pause(PAUSE)


def _wait(pause: Pause, relay: Path, *, hurried: bool) -> Callable[[int, int, int], None]:
    """Of the relay's own, whose write-ahead log is bounded."""
    log = relay.with_name(f"{relay.name}-wal")

    def between(_status: int, _left: int, _total: int) -> None:
        size = log.stat().st_size if log.exists() else 0
        if size > TOO_MANY_BYTES:
            raise TooBusyError
        if not hurried and size <= HURRY_BYTES:
            pause(PAUSE)

    return between
