"""Sealed files for tests and the lab: a dictionary. Durable as long as the process is."""

from dataclasses import dataclass, field

from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_server.blobs.base import BEGUN_DAYS, MAX_TOTAL, WHOLE_DAYS, Held, check_room


@dataclass
class _File:
    size: int
    expires: int
    received: int = 0
    pieces: list[bytes] = field(default_factory=list)


class MemoryBlobs:
    """Args: total: bytes of all files."""

    def __init__(self, total: int = MAX_TOTAL) -> None:
        self._total = total
        self._files: dict[bytes, _File] = {}

    async def begin(self, address: bytes, size: int, day: int) -> None:
        if self._at(address, day) is not None:
            return
        self._files.pop(address, None)
        check_room(sum(file.size for file in self._files.values()), size, self._total)
        self._files[address] = _File(size, day + BEGUN_DAYS)

    async def add(self, address: bytes, place: int, piece: bytes, day: int) -> int:
        file = self._at(address, day)
        if file is None:
            return 0
        if place * MAX_PIECE_BYTES == file.received < file.size:
            file.pieces.append(piece)
            file.received += len(piece)
            if file.received == file.size:
                file.expires = day + WHOLE_DAYS
        return file.received

    async def held(self, address: bytes, day: int) -> Held | None:
        file = self._at(address, day)
        return None if file is None else Held(file.received, file.size)

    async def read(self, address: bytes, place: int, day: int) -> bytes | None:
        file = self._at(address, day)
        if file is None or not is_whole(file):
            return None
        return file.pieces[place] if place < len(file.pieces) else b""

    async def drop(self, address: bytes) -> None:
        self._files.pop(address, None)

    async def sweep(self, day: int) -> int:
        past = [address for address, file in self._files.items() if file.expires < day]
        for address in past:
            del self._files[address]
        return len(past)

    async def close(self) -> None:
        """Nothing to finish."""

    def _at(self, address: bytes, day: int) -> _File | None:
        file = self._files.get(address)
        return file if file is not None and day <= file.expires else None


def is_whole(file: _File) -> bool:
    return file.received == file.size
