"""What a disk that is full or failing is called, and what to do about it: in one sentence."""

import errno
import sqlite3
from pathlib import Path
from typing import Final

_FULL: Final = "the disk is full: make room, and do it again"
_REFUSED: Final = (
    "the disk refused: it is full or failing; make room, or look at the disk, and do it again"
)
_READ_ONLY: Final = "it is read-only: make it writable, and do it again"
_SHUT: Final = (
    "the disk does not let a file be opened: make room, or see who may write there, and do it again"
)
_OF_FILES: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EIO: _REFUSED,
    errno.EROFS: _READ_ONLY,
}
_OF_DATABASES: Final = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _REFUSED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _SHUT,
}
_PRIMARY: Final = 0xFF
"""The bits of a result code of SQLite's that say what, without where."""


def trouble(error: BaseException, folder: Path) -> str | None:
    """What the disk under `folder` did; None: it was something else.

    An error of ours that stands for one of the disk's has that behind it.
    """
    behind: BaseException | None = error
    while behind is not None:
        if (said := _said(behind)) is not None:
            return f"cannot use {folder}: {said}"
        behind = behind.__context__
    return None


def _said(error: BaseException) -> str | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return None if code is None else _OF_DATABASES.get(code & _PRIMARY)
    if isinstance(error, OSError):
        return _OF_FILES.get(error.errno or 0)
    return None
