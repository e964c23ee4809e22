"""Answers what is asked about sealed files. It learns which file, and nothing of who asks.

Spec: docs/spec/07-relay.md §4.9, docs/spec/14-attachments.md §5.
"""

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobDrop,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    BlobStatus,
    blob_address,
    read_capability,
)
from doorless_protocol.frames import Answered, Done, Refusal
from doorless_server.blobs.base import BlobStore, NoRoomError
from doorless_server.clock import Elapsed
from doorless_server.effects import refused
from doorless_server.limits import DAY, MIB, Buckets, Rate

BlobRequest = BlobPut | BlobStatus | BlobGet | BlobDrop

MAX_BLOB = 128 * MIB
"""Bytes of one sealed file: 100 MiB, its padding, and room."""

BEGUN = Rate(burst=1024 * MIB, per_second=1024 * MIB / DAY)
"""Bytes of files that one address begins: an album of photographs, a day. In memory only."""

READ = Rate(burst=4096 * MIB, per_second=4 * MIB)
"""Bytes that one address reads: a household, or a class. In memory only."""

FULL_RETRY = 3600
"""Seconds after which files may have expired."""


class BlobDesk:
    def __init__(self, store: BlobStore, elapsed: Elapsed | None = None) -> None:
        self._store = store
        self._begun = Buckets(BEGUN, elapsed=elapsed)
        self._read = Buckets(READ, elapsed=elapsed)

    async def answer(self, asked: BlobRequest, now: int, source: str) -> Answered:
        """Raises UnavailableError: later."""
        match asked:
            case BlobPut():
                return await self._put(asked, now, source)
            case BlobStatus(write):
                held = await self._store.held(address_of(write), now // DAY)
                return refused(Refusal.NOT_ALLOWED) if held is None else BlobHeld(held.received)
            case BlobGet():
                return await self._get(asked, now, source)
            case BlobDrop(write):
                await self._store.drop(address_of(write))
                return Done()

    async def sweep(self, now: int) -> int:
        return await self._store.sweep(now // DAY)

    async def _put(self, asked: BlobPut, now: int, source: str) -> Answered:
        if not is_piece(asked):
            return refused(Refusal.MALFORMED)
        if asked.size > MAX_BLOB:
            return refused(Refusal.TOO_LARGE)
        address, day = address_of(asked.write), now // DAY
        held = await self._store.held(address, day)
        if held is None:
            if asked.offset:
                return BlobHeld(0)
            bucket = self._begun.of(source, now)
            if seconds := bucket.wait(now, asked.size):
                return refused(Refusal.FULL, seconds)
            try:
                await self._store.begin(address, asked.size, day)
            except NoRoomError:
                return refused(Refusal.FULL, FULL_RETRY)
            bucket.take(now, asked.size)
        elif held.size != asked.size:
            return refused(Refusal.MALFORMED)
        place = asked.offset // MAX_PIECE_BYTES
        return BlobHeld(await self._store.add(address, place, asked.piece, day))

    async def _get(self, asked: BlobGet, now: int, source: str) -> Answered:
        if asked.offset % MAX_PIECE_BYTES:
            return refused(Refusal.MALFORMED)
        bucket = self._read.of(source, now)
        if seconds := bucket.wait(now, MAX_PIECE_BYTES):
            return refused(Refusal.BUSY, seconds)
        place = asked.offset // MAX_PIECE_BYTES
        piece = await self._store.read(blob_address(asked.read), place, now // DAY)
        if piece is None:
            return refused(Refusal.NOT_ALLOWED)
        bucket.take(now, len(piece))
        return BlobPiece(piece)


def address_of(write: bytes) -> bytes:
    """Where a file lies that this capability writes: whoever reads it does not come here."""
    return blob_address(read_capability(write))


def is_piece(asked: BlobPut) -> bool:
    """Whether it is one of the pieces that a file of this size is cut into."""
    expected = min(MAX_PIECE_BYTES, asked.size - asked.offset)
    return asked.offset % MAX_PIECE_BYTES == 0 and len(asked.piece) == expected
