"""The folder of the demand desk in a backup: its two databases, and everything else as it is.

    demands/log.db notices.db     copied as databases are
    demands/ledger.jsonl keys/ in/ out/ …     copied while nobody is at the desk

What stays out is what must not go back in time, or is of one machine: `heads.db`, locks, drafts.
Spec: docs/spec/18-demand-log.md §6.6.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.errors import MalformedError
from doorless_protocol.log import tree
from doorless_server.datadir import DataError
from doorless_server.demands import begun, log_rows, notices
from doorless_server.directory.heads import Head, HeadStore, refuse_fork
from doorless_server.store.schema import Steps, open_reader

LOG: Final = f"{begun.FOLDER}/{begun.DATABASE}"
RULES: Final = f"{begun.FOLDER}/{begun.RULES}"
NOTICES: Final = f"{begun.FOLDER}/{notices.DATABASE}"

STEPS: Final[dict[str, Steps]] = {LOG: log_rows.STEPS, NOTICES: notices.STEPS}
"""Of the databases, by their names in a backup."""

DRAWN_ONCE: Final = (RULES, f"{begun.FOLDER}/keys/")
"""What is the same as long as there is this relay: files, and what begins so."""

_DESK_LOCK: Final = "lock"
_LEFT_OUT: Final = {begun.HEADS, begun.DATABASE, notices.DATABASE, begun.LOCK, _DESK_LOCK}
_OF_ONE_PROCESS: Final = (".new", "-wal", "-shm", "-journal")


def is_copied(name: str) -> bool:
    """Whether a backup has this file of the folder, or could have it."""
    path = PurePosixPath(name)
    if path.parts[:1] != (begun.FOLDER,) or len(path.parts) < 2 or str(path) != name:
        return False
    if any(part.startswith(".") for part in path.parts) or path.name.endswith(_OF_ONE_PROCESS):
        return False  # `..`, and drafts of bundles
    return len(path.parts) > 2 or path.name not in _LEFT_OUT or name in STEPS


def plain_files(data: Path) -> Iterator[str]:
    """All but the databases, by their names in a backup."""
    folder = data / begun.FOLDER
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(data).as_posix()
        if path.is_file() and not path.is_symlink() and is_copied(name) and name not in STEPS:
            yield name


@contextmanager
def desk_at_rest(data: Path) -> Iterator[None]:
    """Wait until no command is at the desk, and keep others from it. Raises OSError."""
    folder = data / begun.FOLDER
    if not folder.is_dir():
        yield
        return
    lock = os.open(folder / _DESK_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def check_continues(source: Path, data: Path, *, heads_lost: bool) -> None:
    """Check that the log of a backup goes on from what was signed last.

    Raises:
        ForkRefusedError: it is older.
        DataError: what was signed last is not known, or the backup is not whole.
        sqlite3.Error, NewerSchemaError: its database cannot be read.
    """
    path = data / begun.FOLDER / begun.HEADS
    if not path.exists():
        if not heads_lost:
            raise DataError(
                f"{path} is missing, which remembers what the demand log signed last: put it"
                f" back from where it is kept apart; if it is lost and {source} is the newest copy"
                " that there is, say --heads-lost"
            )
        return
    try:
        key = Rules.decode((source / RULES).read_bytes()).ed25519
    except (OSError, MalformedError) as error:
        raise DataError(f"{source / RULES} does not serve: {error}") from None
    with closing(HeadStore(path)) as heads:
        last = heads.last(key)
    with closing(open_reader(source / LOG, log_rows.STEPS)) as db:
        _check_rows(db, last)


def _check_rows(db: sqlite3.Connection, last: Head) -> None:
    rows = log_rows.Rows(db)
    refuse_fork(last, Head(rows.size, last.root))
    if last.size:
        refuse_fork(last, Head(last.size, tree.root(rows, last.size)))
