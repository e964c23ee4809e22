"""A disk that says of itself what a test has it say."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from doorless_server.limits import LEAST_DISK

PAGE = 4096


class Told:
    """What a disk of `size` bytes with `free` ones says of itself."""

    def __init__(self) -> None:
        self.size, self.free, self.asked = LEAST_DISK, LEAST_DISK, 0
        self.broken = False

    def statvfs(self, _folder: Path) -> Any:
        self.asked += 1
        if self.broken:
            raise OSError
        blocks, free = self.size // PAGE, self.free // PAGE
        return SimpleNamespace(f_blocks=blocks, f_bavail=free, f_frsize=PAGE)
