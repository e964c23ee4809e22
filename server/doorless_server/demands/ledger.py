"""The operator's ledger of demands: what is written in it stays, in its order.

    ledger.jsonl      a line for each entry, chained by hashes and signed
    ledger.torn       what a crash left of lines that were never acknowledged
    keys/ledger.key   the seed of the key that signs

Several processes may append: each does so alone with the file, after it has read and checked
what the others wrote. Spec: docs/spec/20-ledger-and-reports.md §4.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from doorless_protocol.primitives import SIGNING_SEED_SIZE, Random, ed25519_public
from doorless_server import datadir
from doorless_server.demands import chain
from doorless_server.demands.chain import BadLineError, Head, Recorded
from doorless_server.demands.entries import Entry

FILE: Final = "ledger.jsonl"
TORN: Final = "ledger.torn"
KEY: Final = Path("keys", "ledger.key")


class LedgerDamagedError(Exception):
    """The ledger is not as it was written. Stop, and restore it from a copy.

    Attributes:
        line: the first that is not what was written, counted from 1.
    """

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line} of the ledger is damaged: {what}: restore a copy")
        self.line = line


class LedgerError(Exception):
    """The entry could not be written, and none of it was; the message says what to do."""


class Ledger:
    """Made by `open`. What it holds is in memory too: a demand is a rare thing."""

    def __init__(self, folder: Path, seed: bytes, random: Random) -> None:
        self._path = folder / FILE
        self._seed = seed
        self._key = ed25519_public(seed)
        self._random = random
        self._entries: list[Recorded] = []
        self._head: Head | None = None
        self._size = 0  # bytes of the file that were read and checked

    @classmethod
    def open(cls, folder: Path, *, random: Random) -> Self:
        """Read and check all of it; begin it where there is none.

        Args:
            folder: DIR/demands, made if need be.

        Raises:
            LedgerDamagedError: a line is not what was written.
            datadir.DataError: the folder cannot be used, or its key is missing.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(folder / FILE) as file:
                if os.fstat(file).st_size and not (folder / KEY).exists():
                    raise datadir.DataError(f"{folder / KEY} is missing: restore it from a copy")
                seed = datadir.seed(folder / KEY, SIGNING_SEED_SIZE, random)
                ledger = cls(folder, seed, random)
                ledger._catch_up(file)
            datadir.sync_names(folder)
        except OSError as error:
            raise datadir.DataError(f"cannot use {folder}: {error.strerror}") from None
        return ledger

    def append(self, entry: Entry, now: int) -> Recorded:
        """Write one entry; it is on the disk when this returns.

        Raises:
            LedgerError: the disk refused it; the ledger is as it was.
            LedgerDamagedError: what others wrote meanwhile does not follow.
        """
        try:
            with _alone(self._path) as file:
                self._catch_up(file)
                last = self._entries[-1] if self._entries else None
                line, recorded, head = chain.write(entry, now, last, self._seed, self._random)
                self._write(file, line + b"\n")
        except OSError as error:
            raise LedgerError(f"cannot write {self._path}: {error.strerror}") from None
        self._entries.append(recorded)
        self._head = head
        self._size += len(line) + 1
        return recorded

    def entries(self) -> tuple[Recorded, ...]:
        """In their order, as of `open` or the last `append`."""
        return tuple(self._entries)

    def head(self) -> Head | None:
        """Hash and signature of the last line. None: the ledger is empty."""
        return self._head

    def _catch_up(self, file: int) -> None:
        """Check what the file has more than we know, and cut off what a crash left of a line."""
        added = _read_from(file, self._size)
        *whole, rest = added.split(b"\n")
        for line in whole:
            if b"\0" in line and line is whole[-1] and not rest:
                rest = line + b"\n"  # a power cut left its length on the disk, not its bytes
                break
            self._take(line)
            self._size += len(line) + 1
        if rest:
            self._mend(file, rest)

    def _take(self, line: bytes) -> None:
        last = self._entries[-1] if self._entries else None
        try:
            recorded, self._head = chain.read(line, last, self._key)
        except BadLineError as error:
            raise LedgerDamagedError(len(self._entries) + 1, str(error)) from None
        self._entries.append(recorded)

    def _mend(self, file: int, rest: bytes) -> None:
        """The last line has no end: nobody was told that it is written."""
        try:
            self._take(rest)
        except LedgerDamagedError:
            self._set_aside(rest)
            os.ftruncate(file, self._size)
            os.fsync(file)
        else:
            self._size += len(rest)
            self._write(file, b"\n")
            self._size += 1

    def _set_aside(self, rest: bytes) -> None:
        torn = self._path.with_name(TORN)
        place = os.open(torn, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(place, rest + b"\n")
            os.fsync(place)
        finally:
            os.close(place)

    def _write(self, file: int, data: bytes) -> None:
        """All of it behind what is known, durably, or nothing."""
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(file, data[written:], self._size + written)
            os.fsync(file)
        except OSError:
            os.ftruncate(file, self._size)
            raise


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """The file, made if need be, with nobody else appending to it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _read_from(file: int, place: int) -> bytes:
    read = bytearray()
    while part := os.pread(file, 1 << 20, place + len(read)):
        read += part
    return bytes(read)
