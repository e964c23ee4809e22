"""One clock for all processes of a stage: it runs like any other, and can be set.

It is a file of eight bytes that everybody has mapped: how far it is ahead of the monotonic
clock, which all processes of a computer share.
"""

import mmap
import struct
import time
from pathlib import Path
from typing import Self

_AHEAD = struct.Struct("=d")


class LabClock:
    def __init__(self, path: Path) -> None:
        """Read the clock at `path`; `begin` makes one."""
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _AHEAD.size)
        self._began = self.now()

    @classmethod
    def begin(cls, path: Path, now: float) -> Self:
        """A new clock that shows `now`, Unix seconds."""
        path.write_bytes(_AHEAD.pack(now - time.monotonic()))
        return cls(path)

    def now(self) -> float:
        """Unix seconds."""
        (ahead,) = _AHEAD.unpack(self._shared[: _AHEAD.size])
        return float(ahead) + time.monotonic()

    def elapsed(self) -> float:
        """Seconds since this process began to read it: time that is set passed for everybody."""
        return self.now() - self._began

    def advance(self, seconds: float) -> None:
        """Let time pass, in all processes at once. Raises ValueError: it would go back."""
        if seconds < 0:
            raise ValueError("this clock goes forward")
        (ahead,) = _AHEAD.unpack(self._shared[: _AHEAD.size])
        self._shared[: _AHEAD.size] = _AHEAD.pack(ahead + seconds)

    def close(self) -> None:
        self._shared.close()
