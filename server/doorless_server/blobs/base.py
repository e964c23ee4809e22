"""What the relay keeps of sealed files, and the promises under which it keeps it.

    unknown ── begin ──► BEGUN ── its last piece ──► WHOLE ──┐
                           └───── its day passes, or it is dropped ──► unknown

An operation that raises has changed nothing; one that returns is durable. Days are days since
1970. Spec: docs/spec/14-attachments.md §4, §5.
"""

from dataclasses import dataclass
from typing import Protocol

from doorless_server.limits import MIB
from doorless_server.store.base import StoreError

WHOLE_DAYS = 30
"""Days for which a whole file is kept: as long as an envelope waits."""

BEGUN_DAYS = 2
"""Days in which a file has to become whole: a connection lost over night."""

MAX_TOTAL = 16 * 1024 * MIB
"""Bytes of all files: what an operator gives to other people's photographs."""


class NoRoomError(StoreError):
    """All files together would be more than are kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """How far a file came, and of how many bytes."""

    received: int
    size: int


class BlobStore(Protocol):
    """Files by their address. One whose day has passed is not there, swept or not."""

    async def begin(self, address: bytes, size: int, day: int) -> None:
        """Take room for a file. One that is there stays as it is.

        Raises:
            NoRoomError: there is none.
        """

    async def add(self, address: bytes, place: int, piece: bytes, day: int) -> int:
        """Add the next piece of a file that was begun; return how many bytes are there now.

        A piece that is not the next one is passed over, and so is one of a file that is not there.
        """
        ...

    async def held(self, address: bytes, day: int) -> Held | None: ...

    async def read(self, address: bytes, place: int, day: int) -> bytes | None:
        """A piece; empty behind the last one; None where there is no file, or not the whole."""
        ...

    async def drop(self, address: bytes) -> None: ...

    async def sweep(self, day: int) -> int:
        """Forget a part of what is past its day, or was dropped; 0 when nothing is left."""
        ...

    async def close(self) -> None:
        """Finish what was begun, then let go of files and threads."""


def check_room(taken: int, size: int, total: int) -> None:
    """Raises NoRoomError: with `size` bytes more than `taken`, there are more than `total`."""
    if taken + size > total:
        raise NoRoomError(f"{size} bytes more")
