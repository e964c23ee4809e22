"""Bytes in the one form that they have. docs/spec/README.md, 01-primitives.md §4."""

from specpeer.crypto import malformed, sha3_256

LARGEST = 2**53 - 1


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def u8(value: int) -> bytes:
    return number(value, 1)


def u16(value: int) -> bytes:
    return number(value, 2)


def u32(value: int) -> bytes:
    return number(value, 4)


def u64(value: int) -> bytes:
    return number(value, 8)


def lp8(value: bytes) -> bytes:
    return u8(len(value)) + value


def lp32(value: bytes) -> bytes:
    return u32(len(value)) + value


def transcript_hash(label: str, fields: list[tuple[str, bytes]]) -> bytes:
    """§4.2."""
    said = [lp8(label.encode())]
    said += [lp8(name.encode()) + lp32(value) for name, value in fields]
    return sha3_256(b"".join(said))


class Cursor:
    """Reads from the front, and wants nothing to be left at the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) != size:
            raise malformed(f"ends after {len(self.data)} bytes")
        self.at += size
        return piece

    def uint(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def number(self) -> int:
        """A counter or a time in a u64."""
        value = self.uint(8)
        if value > LARGEST:
            raise malformed("a number above 2^53 - 1")
        return value

    def expect(self, expected: bytes, what: str) -> None:
        if self.take(len(expected)) != expected:
            raise malformed(what)

    def zeros(self, size: int) -> None:
        if any(self.take(size)):
            raise malformed("spare bytes that are not zero")

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)

    def end(self) -> None:
        if self.at != len(self.data):
            raise malformed(f"{len(self.data) - self.at} bytes left over")
