"""Bounded reading and writing of bytes, and the transcript that handshakes hash.

Integers are big-endian and unsigned. A reader takes exactly one form: what is left over,
short, or out of bounds is malformed. Spec: docs/spec/01-primitives.md §4.
"""

from collections.abc import Iterable
from hashlib import sha3_256
from typing import Any

import msgspec

from doorless_protocol.errors import MalformedError

PROTOCOL = b"\x01\x01"
"""Version and suite, the first bytes of every signed object. One suite: nothing to negotiate."""

MAX_NUMBER = 2**53 - 1
"""The largest counter or time on the wire: frames, databases and JSON all hold it exactly."""


class Writer:
    """Appends fields to a growing encoding."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def uint(self, value: int, size: int) -> "Writer":
        self._parts.append(value.to_bytes(size, "big"))
        return self

    def raw(self, value: bytes) -> "Writer":
        """A field of fixed size, which the reader knows."""
        self._parts.append(value)
        return self

    def prefixed(self, value: bytes, length_size: int) -> "Writer":
        """A field of varying size, after its length in `length_size` bytes."""
        return self.uint(len(value), length_size).raw(value)

    def done(self) -> bytes:
        return b"".join(self._parts)


class Reader:
    """Takes fields off an encoding, in order, and refuses a byte too few or too many."""

    __slots__ = ("_at", "_data", "_what")

    def __init__(self, data: bytes, what: str) -> None:
        self._data, self._what, self._at = data, what, 0

    def raw(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise MalformedError(f"{self._what} ends at byte {len(self._data)}, before byte {end}")
        value, self._at = self._data[self._at : end], end
        return value

    def uint(self, size: int) -> int:
        return int.from_bytes(self.raw(size), "big")

    def number(self) -> int:
        """A counter or a time: 8 bytes, at most MAX_NUMBER."""
        value = self.uint(8)
        if value > MAX_NUMBER:
            raise MalformedError(f"{self._what} has a number above {MAX_NUMBER}")
        return value

    def prefixed(self, length_size: int, at_most: int) -> bytes:
        size = self.uint(length_size)
        if size > at_most:
            raise MalformedError(f"{self._what} has a field of {size} bytes, at most {at_most}")
        return self.raw(size)

    def exactly(self, expected: bytes, field: str) -> None:
        if self.raw(len(expected)) != expected:
            raise MalformedError(f"{self._what} has an unknown {field}")

    def rest(self) -> bytes:
        """All that is left, for a form that ends in padding."""
        return self.raw(len(self._data) - self._at)

    def end(self) -> None:
        left = len(self._data) - self._at
        if left:
            raise MalformedError(f"{self._what} has {left} bytes too many")


def read_protocol(reader: Reader) -> None:
    """Raises MalformedError: another version or suite. Spec: docs/spec/01-primitives.md §4.1."""
    reader.exactly(PROTOCOL, "version or suite")


def transcript_hash(label: bytes, items: Iterable[tuple[bytes, bytes]]) -> bytes:
    """SHA3-256 over a label and named fields, each name and value behind its length: 32 bytes.

    No two different lists of fields have the same encoding. Spec: docs/spec/01-primitives.md §4.2.
    """
    parts = [bytes((len(label),)), label]
    for name, value in items:
        parts += (bytes((len(name),)), name, len(value).to_bytes(4, "big"), value)
    return sha3_256(b"".join(parts)).digest()


def decode_canonical(data: bytes, decoder: "msgspec.msgpack.Decoder[Any]", what: str) -> Any:
    """Take the one msgpack encoding of a value.

    Array structs alone take extra elements and long integers, so the value is encoded again
    and compared.

    Raises:
        MalformedError: anything else.

    Spec: docs/spec/01-primitives.md §4.
    """
    try:
        value = decoder.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedError(f"{what} of {len(data)} bytes is not in its one form") from None
    if _msgpack.encode(value) != data:
        raise MalformedError(f"{what} of {len(data)} bytes is not in its canonical form")
    return value


_msgpack = msgspec.msgpack.Encoder()
