"""Temporary folders of the lab, and what a lab that was killed left behind of its own.

    /tmp/doorless-lab-k3x…/lock    held by the process that uses the folder, as long as it lives
    /tmp/doorless-lab-k3x…/here    what it uses

The system lets go of the lock when that process ends, however it ends. So a folder whose lock can
be had belongs to nobody; one without a lock is left alone, for it may be just being made.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "doorless-lab-"
LOCK: Final = "lock"
MAKING: Final = "lock.new"
HERE: Final = "here"


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder for us alone; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        lock = os.open(folder / MAKING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / MAKING).rename(folder / LOCK)  # held before anybody can see it
            (folder / HERE).mkdir()
            yield folder / HERE
        finally:
            os.close(lock)


def sweep() -> None:
    """Remove our user's folders whose owner is gone. What cannot be removed stays."""
    try:
        with os.scandir(tempfile.gettempdir()) as entries:
            found = [Path(one.path) for one in entries if _is_ours(one)]
    except OSError:
        return
    for folder in found:
        _remove_if_left(folder)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    if not (entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)):
        return False
    try:
        return entry.stat(follow_symlinks=False).st_uid == os.getuid()
    except OSError:
        return False  # it is gone by now


def _remove_if_left(folder: Path) -> None:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        pass  # somebody lives there
    finally:
        os.close(lock)
