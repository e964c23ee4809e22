"""What a watched relay did to its disk, and what it said meanwhile, in one order.

Its frames leave by sockets, as disk.c saw them leave: each becomes a mark behind all that was
written and synced before its last byte left.
"""

from collections.abc import Iterator
from pathlib import Path

from doorless_lab.power_cut import Operation

GREETING = b"HTTP/1.1 101"
BINARY = 0x82
"""First byte of a whole WebSocket message of bytes."""


def read(path: Path) -> list[Operation]:
    """All of it; but for what SQLite keeps in shared memory, which no power cut leaves behind."""
    found: list[Operation] = []
    streams: dict[str, _Stream] = {}
    for kind, name, offset, data in _lines(path.read_bytes()):
        if kind != "mark":
            if not name.endswith("-shm"):
                found.append(Operation(kind, name, offset, data))
            continue
        if data.startswith(GREETING):
            streams[name] = _Stream()
        if name in streams:
            frames = streams[name].take(data)
            found += [Operation("mark", data=frame) for frame in frames]
    return found


def _lines(data: bytes) -> Iterator[tuple[str, str, int, bytes]]:
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        kind, name, offset, size = data[at:end].decode().split(" ")
        at = end + 1 + int(size)
        yield kind, "" if name == "." else name, int(offset), data[end + 1 : at]


class _Stream:
    """What a relay says on one connection."""

    def __init__(self) -> None:
        self._rest, self._greeted = b"", False

    def take(self, data: bytes) -> list[bytes]:
        """The messages that end in these bytes."""
        self._rest += data
        if not self._greeted:
            _, found, rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                return []
            self._greeted, self._rest = True, rest
        messages = []
        while (message := self._next()) is not None:
            messages += message
        return messages

    def _next(self) -> list[bytes] | None:
        """One frame, of a server's: never masked. Of what is no message, nothing."""
        rest = self._rest
        if len(rest) < 2:
            return None
        length, begin = rest[1], 2
        if length >= 126:
            begin = 4 if length == 126 else 10
            length = int.from_bytes(rest[2:begin], "big")
        if len(rest) < begin + length:
            return None
        self._rest = rest[begin + length :]
        return [rest[begin : begin + length]] if rest[0] == BINARY else []
