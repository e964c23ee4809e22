"""Files that are nobody else's: no other user reads them, and no link leads elsewhere.

A write replaces a file as a whole, or not at all, whenever it is cut.
"""

import os
import stat
from pathlib import Path
from typing import Final

_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_CLOSE_ON_EXEC: Final = getattr(os, "O_CLOEXEC", 0)
_POSIX: Final = os.name == "posix"


class UnsafeFileError(Exception):
    """Others could read or replace it; the message says what to do."""


def check_private(path: Path) -> None:
    """A directory or a regular file of ours alone.

    Raises:
        UnsafeFileError: a link, somebody else's, of another kind, or open to others.
        OSError: it is not there, or cannot be looked at.
    """
    found = path.lstat()
    if not (stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)):
        raise UnsafeFileError(f"{path} is a link or a special file; put the real file there")
    if _POSIX and found.st_uid != os.geteuid():
        raise UnsafeFileError(f"{path} belongs to another user")
    if _POSIX and found.st_mode & 0o077:
        wanted = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise UnsafeFileError(f"{path} is open to other users; run: chmod {wanted} {path}")


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a file of mode 0600, whatever the umask; the last part may be no link."""
    descriptor = os.open(path, flags | _NO_LINK | _CLOSE_ON_EXEC, 0o600)
    if flags & os.O_CREAT and _POSIX:
        os.fchmod(descriptor, 0o600)
    return descriptor


def make_private_directory(path: Path) -> None:
    """Make it, and what leads there, with mode 0700. Raises OSError, also when it exists."""
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir(mode=0o700)
    path.mkdir(mode=0o700)
    path.chmod(0o700)


def replace_private(path: Path, data: bytes) -> None:
    """Write `data` so that after a crash there is the old file or the new one, whole."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make new and replaced names in it durable."""
    if not _POSIX:
        return
    descriptor = os.open(path, os.O_RDONLY | _CLOSE_ON_EXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
