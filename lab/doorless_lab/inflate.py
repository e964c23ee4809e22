"""What compressed streams hold, wherever they begin in some data.

zlib and gzip streams show themselves by their first bytes. A raw deflate stream does not, so
it is tried wherever one could begin: most places are refused after a few bytes.
"""

import re
import zlib
from collections.abc import Callable, Iterator

PIECE = 4096
"""Bytes inflated at a time: small, because what a stream leaves unread is copied."""

PROBE = 64
"""Bytes that decide whether a stream begins here."""

LIMIT = 16 * 2**20
"""Bytes that one stream may inflate to; beyond it we stop reading. A bomb stays harmless."""

_LONG = 4096
"""Bytes of a raw stream that are no accident: within it no other raw stream is looked for.
Without this, a run of one byte value would inflate from each of its places to its end."""


def _heads() -> bytes:
    """A pattern of the first bytes of gzip (RFC 1952 §2.3.1) and zlib (RFC 1950 §2.2)."""
    pattern = b"\x1f\x8b\x08"
    for method in range(0x08, 0x80, 0x10):
        flags = [flag for flag in range(256) if (method * 256 + flag) % 31 == 0 and not flag & 0x20]
        pattern += b"|" + re.escape(bytes([method])) + b"[" + re.escape(bytes(flags)) + b"]"
    return pattern


_HEAD = re.compile(_heads(), re.DOTALL)
_ANY_HEADER, _NO_HEADER = 47, -15
"""zlib's window bits for "zlib or gzip" and "raw"."""

_BLOCK = re.compile(b"[" + re.escape(bytes(b for b in range(256) if b >> 1 & 3 in (1, 2))) + b"]")
"""The first byte of a compressed block (RFC 1951 §3.2.3). One that is stored holds its text raw."""


class Inflater:
    """Takes data piece by piece; hands on what the streams in it hold."""

    def __init__(
        self, sink: Callable[[bytes, int], None], least: int, overlap: int, step: int
    ) -> None:
        """Make one.

        Args:
            sink: takes contents of a stream, and where in all the data it begins.
            least: streams that hold fewer bytes are of no interest.
            overlap: of a long stream's contents, so many bytes are handed on again with the next.
            step: raw streams are tried at each multiple of it.
        """
        self.sink = sink
        self.least = least
        self.overlap = overlap
        self._step = step
        self._held = b""  # its streams begin once the next piece is here, or the end
        self._start = 0  # where `_held` lies in all the data
        self._open: list[_Stream] = []
        self._raw_after = 0

    def feed(self, piece: bytes) -> None:
        self._open = [stream for stream in self._open if stream.take(piece)]
        data = self._held + piece
        self._begin(data, max(0, len(data) - PROBE))

    def close(self) -> None:
        self._begin(self._held, len(self._held))
        for stream in self._open:
            stream.finish()
        self._open = []

    def _begin(self, data: bytes, before: int) -> None:
        """Begin the streams that start before there; each reads on to the end of `data`."""
        view = memoryview(data)
        for head in _HEAD.finditer(data):
            if head.start() >= before:
                break
            self._try(view, head.start(), _ANY_HEADER)
        for at in self._raw_places(data, before):
            if self._start + at >= self._raw_after:
                self._try(view, at, _NO_HEADER)
        self._held = data[before:]
        self._start += before

    def _raw_places(self, data: bytes, before: int) -> Iterator[int]:
        if self._step == 1:
            return (match.start() for match in _BLOCK.finditer(data, 0, before))
        first = -self._start % self._step
        return (at for at in range(first, before, self._step) if data[at] >> 1 & 3 in (1, 2))

    def _try(self, view: memoryview, at: int, header: int) -> None:
        probe = zlib.decompressobj(header)
        try:
            out = probe.decompress(view[at : at + PROBE], self.least)
        except zlib.error:
            return
        if probe.eof and len(out) < self.least:
            return
        place = self._start + at
        stream = _Stream(header, self, place)
        if stream.take(view[at : at + PROBE]) and stream.take(view[at + PROBE :]):
            self._open.append(stream)
        if header == _NO_HEADER and stream.produced >= _LONG:
            self._raw_after = place + stream.consumed


class _Stream:
    """One stream, or what looked like one."""

    __slots__ = ("_bite", "_inflate", "_out", "_owner", "_place", "consumed", "produced")

    def __init__(self, header: int, owner: Inflater, place: int) -> None:
        self._inflate = zlib.decompressobj(header)
        self._owner = owner
        self._place = place
        self._bite = owner.least
        self._out = bytearray()
        self.consumed = 0
        self.produced = 0

    def take(self, data: bytes | memoryview) -> bool:
        """Read on; False once it has ended, in whatever way."""
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            if not self._read(piece):
                self.finish()
                return False
            self.consumed += len(piece)
        return True

    def finish(self) -> None:
        if len(self._out) >= self._owner.least:
            self._owner.sink(bytes(self._out), self._place)

    def _read(self, piece: bytes | memoryview) -> bool:
        """Inflate in bites.

        zlib gives nothing of a bite that ends in an error. So bites shrink before one, of what
        comes out and at last of what goes in, and all that was readable is read.
        """
        mended = False
        while True:
            before = self._inflate.copy() if self.produced else None
            try:
                out = self._inflate.decompress(piece, self._bite)
            except zlib.error:
                if before is None:
                    return False
                self._inflate, mended = before, True
                if self._bite > 1:
                    self._bite = max(1, self._bite // 8)
                    continue
                return len(piece) > 1 and all(
                    self._read(piece[at : at + 1]) for at in range(len(piece))
                )
            self._keep(out)
            if self._inflate.eof or self.produced > LIMIT:
                self.consumed += len(piece) - len(self._inflate.unused_data)
                return False
            piece = self._inflate.unconsumed_tail
            if not piece and len(out) < self._bite:
                return True
            if not mended:
                self._bite = min(self._bite * 2, PIECE)

    def _keep(self, out: bytes) -> None:
        self._out += out
        self.produced += len(out)
        if len(self._out) >= 16 * PIECE:
            self.finish()
            del self._out[: len(self._out) - self._owner.overlap]
