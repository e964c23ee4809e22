"""The memory of a running process, as whoever took the machine would read it. Linux only."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 2**20
_PAGES = 2**16
"""Memory is read in runs of this size; those that hold nothing but zeros are left out."""
_ZEROS = bytes(_PAGES)


class UnreadableError(Exception):
    """The memory of that process cannot be read here; the message says why."""


@dataclass(frozen=True, slots=True)
class Region:
    start: int
    end: int
    name: str


def regions(pid: int) -> list[Region]:
    """What the process can have written to: its heaps, stacks and private mappings.

    Raises:
        UnreadableError: not on Linux, no such process, or not ours to read.
    """
    if not sys.platform.startswith("linux"):
        raise UnreadableError("memory of another process is read on Linux only")
    try:
        lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError as error:
        raise UnreadableError(f"process {pid}: {error.strerror}") from None
    return [region for line in lines if (region := _region(line))]


def _region(line: str) -> Region | None:
    """Read one line of /proc/PID/maps; proc(5)."""
    addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
    written = "w" in rights or inode == "0"
    if "r" not in rights or not written or (name and name[0].startswith("[v")):
        return None
    start, end = (int(address, 16) for address in addresses.split("-"))
    return Region(start, end, name[0] if name else "anonymous")


def runs(pid: int, region: Region) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Each run of memory that is not zero: its address, and its pieces.

    A run's pieces are to be read before the next run is asked for. Pages that the process
    gives back meanwhile are left out.

    Raises:
        UnreadableError: the process ended, or is not ours to read.
    """
    try:
        handle = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableError(f"process {pid}: {error.strerror}") from None
    try:
        at = region.start
        while at < region.end:
            piece = _read(handle, at, region.end)
            if piece:
                run = _Run(handle, at, region.end, piece)
                yield at, iter(run)
                at = run.at
            else:
                at += _PAGES
    finally:
        os.close(handle)


class _Run:
    def __init__(self, handle: int, at: int, end: int, first: bytes) -> None:
        self._handle, self.at, self._end, self._piece = handle, at, end, first

    def __iter__(self) -> Iterator[bytes]:
        gathered: list[bytes] = []
        while self._piece:
            gathered.append(self._piece)
            self.at += len(self._piece)
            if len(gathered) * _PAGES >= PIECE:
                yield b"".join(gathered)
                gathered.clear()
            self._piece = _read(self._handle, self.at, self._end)
        if gathered:
            yield b"".join(gathered)


def _read(handle: int, at: int, end: int) -> bytes:
    """Up to _PAGES bytes there; nothing where it is all zeros, or gone."""
    size = min(_PAGES, end - at)
    if size <= 0:
        return b""
    try:
        data = os.pread(handle, size, at)
    except OSError:
        return b""
    return b"" if data == _ZEROS[: len(data)] else data
