"""Cuts what a client sends into frames, and reads the plain ones itself.

    REQUEST ── empty line ──► HEADER ──┬─ a plain message ──► is kept until it is whole, and told ─┐
                                ▲      └─ anything else ────► is passed on as it comes ────────────┤
                                └──────────────────────────────────────────────────────────────────┘

A plain message is one final, masked binary frame that is not too long: nearly all that clients
send, and for it the library's general parser takes several times as long. What that parser is
for (the HTTP request, control frames, messages in pieces, whatever breaks a rule) it is given
byte for byte, and decides. Spec: docs/spec/07-relay.md §1.1.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # built without a C compiler
    from websockets.utils import apply_mask

from doorless_server.limits import MAX_MESSAGE_BYTES

PLAIN: Final = 0x82
"""The first byte of a final binary frame without reserved bits (RFC 6455 §5.2)."""

USUAL: Final = Struct(">HH4s")
"""Two bytes, a length of two bytes, and the mask: the beginning of a plain message of 126 bytes
and more, which every submit is."""

USUAL_HEAD: Final = 0x82FE

_FINAL, _CONTROL, _MASKED, _SIZE = 0x80, 0x08, 0x80, 0x7F  # bits of the first and second byte
_OPCODES: Final = frozenset((0x0, 0x1, 0x2, 0x8, 0x9, 0xA))
_MASK_BYTES: Final = 4
_ENDLESS: Final = 1 << 64


class Framing:
    """The bytes that come on one connection. Keeps at most the beginning of one plain message."""

    __slots__ = ("_in_pieces", "_in_request", "_kept", "_need", "_passing")

    def __init__(self) -> None:
        self._in_request = True
        self._kept = bytearray()  # what came of a frame; within the request, its last three bytes
        self._need = 0  # bytes of that frame with which it goes on: until then nothing is looked at
        self._passing = 0  # bytes to come of a frame that is passed on
        self._in_pieces = False  # a message began whose last piece did not

    @property
    def at_rest(self) -> bool:
        """Nothing that was passed on goes on: no frame, and no message in pieces."""
        return not (self._in_request or self._passing or self._in_pieces)

    def cut(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """(True, a plain message) or (False, bytes for the library), in the order they came."""
        if self._in_request:
            size = self._left_of_request(data)
            yield False, data[:size]
            if self._in_request:
                return
            data = data[size:]
        if self._kept:
            self._kept += data
            if len(self._kept) < self._need:
                return
            data, self._kept = bytes(self._kept), bytearray()
        at, end = 0, len(data)
        while at < end:
            if self._passing:
                passed = data[at : at + self._passing]
                yield False, passed
                self._passing -= len(passed)
                at += len(passed)
                continue
            if at + USUAL.size <= end and not self._in_pieces:
                head, size, mask = USUAL.unpack_from(data, at)
                if head == USUAL_HEAD and size <= MAX_MESSAGE_BYTES:
                    start = at + USUAL.size
                    if start + size > end:
                        self._need = USUAL.size + size
                        break
                    at = start + size
                    yield True, apply_mask(data[start:at], mask)
                    continue
            header, size = _read_header(data, at)
            if at + header > end:
                self._need = header
                break
            if not self._is_plain(data, at, size):
                self._pass_on(data, at, header + size)
                continue
            start = at + header + _MASK_BYTES
            if start + size > end:
                self._need = start + size - at
                break
            at = start + size
            yield True, apply_mask(data[start:at], data[start - _MASK_BYTES : start])
        self._kept += data[at:]

    def _left_of_request(self, data: bytes) -> int:
        """How many bytes of it belong to the HTTP request, which an empty line ends."""
        seen = self._kept + data
        found = seen.find(b"\r\n\r\n")
        if found < 0:
            self._kept = seen[-3:]
            return len(data)
        size = found + 4 - len(self._kept)
        self._in_request, self._kept = False, bytearray()
        return size

    def _is_plain(self, data: bytes, at: int, size: int) -> bool:
        return (
            data[at] == PLAIN
            and data[at + 1] >= _MASKED
            and size <= MAX_MESSAGE_BYTES
            and not self._in_pieces
        )

    def _pass_on(self, data: bytes, at: int, size: int) -> None:
        """The frame at `at`, of `size` bytes without its mask, is the library's."""
        self._passing = size + (_MASK_BYTES if data[at + 1] & _MASKED else 0)
        if not data[at] & _CONTROL:
            self._in_pieces = not data[at] & _FINAL


def _read_header(data: bytes, at: int) -> tuple[int, int]:
    """How long the header there is, without the mask, and the payload behind it.

    Of a header that is cut short only its own length counts. Where two bytes break a rule, the
    library says so at once, and all that follows is its.
    """
    size = data[at + 1] & _SIZE if at + 1 < len(data) else 0
    if size < 126:
        return 2, size
    if data[at + 1] < _MASKED or data[at] & 0x0F not in _OPCODES:
        return 2, _ENDLESS
    header = 4 if size == 126 else 10
    return header, int.from_bytes(data[at + 2 : at + header], "big")
