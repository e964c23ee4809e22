"""Whether a database was closed; and if it was not, whether its log is still beside it.

    open ──► DIR/store.db-open ──► … ──► gone, then the database is closed

SQLite takes a missing or spoilt log for an empty one, and silently goes back to an older
state. So a file marks a database that is open: left behind by a crash, it says that there
must be a log. Spec: docs/spec/08-state.md §2.1.
"""

import os
from pathlib import Path
from struct import Struct
from typing import Final

from doorless_client.private_files import open_private, sync_directory
from doorless_client.store.base import DamagedStoreError, DiskError

MARK: Final = "-open"
LOG: Final = "-wal"

_HEADER: Final = Struct(">8I")
_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
"""How a log begins, and the byte order of its checksums. SQLite, "WAL-mode File Format" §2.1."""


def mark_open(database: Path) -> None:
    """From now on, until `mark_closed`, the log has to be there. It exists by now.

    And durably so before it is said, or the loss of power would look like the loss of a log.

    Raises:
        DiskError: it could not be written down.
    """
    try:
        sync_directory(database.parent)
        os.close(open_private(_beside(database, MARK), os.O_WRONLY | os.O_CREAT))
        sync_directory(database.parent)
    except OSError as error:
        raise DiskError(f"the profile's database: {error.strerror}") from error


def mark_closed(database: Path) -> None:
    """The database is about to be closed, with its log folded into it.

    Durable before the log goes, or the loss of power would look like the loss of a log.
    """
    try:
        _beside(database, MARK).unlink(missing_ok=True)
        sync_directory(database.parent)
    except OSError as error:
        raise DiskError(f"the profile's database: {error.strerror}") from error


def check_log(database: Path) -> None:
    """Raises DamagedStoreError: it was not closed, and its log is gone or none. Reads only."""
    if not _beside(database, MARK).exists():
        return
    log = _beside(database, LOG)
    try:
        with log.open("rb") as file:
            header = file.read(_HEADER.size)
    except FileNotFoundError:
        raise DamagedStoreError(f"{log.name} is gone, which held what was stored last") from None
    except OSError as error:
        raise DiskError(f"the profile's database: {error.strerror}") from error
    if header and not is_log_header(header):
        raise DamagedStoreError(f"{log.name} is damaged, which held what was stored last")


def is_log_header(header: bytes) -> bool:
    """Whether these 32 bytes begin a log, down to their checksum."""
    if len(header) != _HEADER.size:
        return False
    magic, *_, first, second = _HEADER.unpack(header)
    order = _MAGIC.get(magic)
    if order is None:
        return False
    one = two = 0
    words = Struct(f"{order}6I").unpack(header[:24])
    for left, right in zip(words[::2], words[1::2], strict=True):
        one = (one + left + two) % 2**32
        two = (two + right + one) % 2**32
    return (one, two) == (first, second)


def _beside(database: Path, suffix: str) -> Path:
    return database.with_name(database.name + suffix)
