"""The disk below the databases of one folder: what is free, and what folding their logs back takes.

Their files are never opened here: SQLite's locks are the process's, and whoever closes a file of
its drops them (SQLite, How To Corrupt, section 2.2).
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from doorless_server.limits import LEAST_DISK


class Disk:
    """What databases in one folder share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes: dict[Path, int] = {}
        self._folding: list[Callable[[], None]] = []

    def on_short(self, fold: Callable[[], None]) -> None:
        """Call it, on the loop, whenever there is no room."""
        self._folding.append(fold)

    def fold(self) -> None:
        for fold in self._folding:
            fold()

    def note(self, database: Path, size: int) -> None:
        """The database has so many bytes, those included that only its log holds."""
        self._sizes[database] = size

    @property
    def to_fold(self) -> int:
        """Bytes by which the databases grow when their logs are folded back."""
        return sum([self.growth(database) for database in self._sizes])

    def growth(self, database: Path) -> int:
        return max(self._sizes[database] - size_of(database), 0)

    @property
    def free(self) -> int:
        """Bytes; without end where nothing is kept free: it is small, or does not tell."""
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return sys.maxsize  # what it then refuses is told by whoever writes
        if disk.f_blocks * disk.f_frsize < LEAST_DISK:
            return sys.maxsize
        return disk.f_bavail * disk.f_frsize


def size_of(path: Path) -> int:
    """Bytes; 0 where there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
