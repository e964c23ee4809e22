"""The hop in chunks of 32 bytes, as Signal's braid sends its keys: for comparison only.

The very states of the product, and below them a transport: a field that a state offers leaves
as one coded chunk a message (erasure.py), and a field that arrives is handed to the state once
enough chunks of it are there. So the two differ in nothing but the chunks.

A chunked field, 1,217 bytes like the whole one: kind 1 | index u16 | chunk 32 | zeros. A key
and its MAC are 38 chunks, a ciphertext and its MAC 35.

It is not the braid itself, which sends key and ciphertext at the same time in parts. That
needs an ML-KEM which encapsulates in two steps, and no library of ours has one.
"""

from msgspec import Struct

from doorless_lab.healing.erasure import CHUNK, CODEWORDS, decode, encode
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import KemSeed, Random
from doorless_protocol.ratchet.hop import (
    CT,
    EK,
    EMPTY,
    FIELD_SIZE,
    NOTHING,
    Hop,
    Offering,
    OfferingIdentity,
    Waiting,
)

MAC_SIZE = 32
VALUE_SIZE = {EK: 1184, CT: 1088}

Chunks = tuple[tuple[int, bytes], ...]


class Chunked(Struct, frozen=True):
    """A state of the hop behind a transport of chunks.

    Attributes:
        sent: chunks of the field on offer that have left; the next one's index.
        heard: (index, chunk) of the field that the state waits for.
    """

    inner: Hop
    sent: int = 0
    heard: Chunks = ()

    @property
    def epoch(self) -> int:
        return self.inner.epoch

    def send(self, random: Random) -> tuple["Chunked", bytes, bytes | None]:
        inner, field, secret = self.inner.send(random)
        same = type(inner) is type(self.inner)
        sent, heard = (self.sent, self.heard) if same else (0, ())
        if field[0] == NOTHING:
            return Chunked(inner, sent, heard), EMPTY, secret
        chunk = encode(compact(field), sent % CODEWORDS)
        follows = Chunked(inner, sent + 1, heard)
        head = bytes((field[0],)) + (sent % CODEWORDS).to_bytes(2, "big")
        return follows, (head + chunk).ljust(FIELD_SIZE, b"\0"), secret

    def hear(self, label: int, field: bytes, identity: KemSeed) -> tuple["Chunked", bytes | None]:
        if field[0] not in VALUE_SIZE or field[0] != self._awaits() or label != self.epoch:
            return self._follow(*self.inner.hear(label, EMPTY, identity))
        index = int.from_bytes(field[1:3], "big")
        heard = (*self.heard, (index, field[3 : 3 + CHUNK]))
        size = VALUE_SIZE[field[0]] + MAC_SIZE
        payload = decode(size, heard)
        if payload is None:
            return Chunked(self.inner, self.sent, heard), None
        try:
            return self._follow(*self.inner.hear(label, spread(field[0], payload), identity))
        except DoorlessError:  # a spoilt chunk among them: collect anew
            return Chunked(self.inner, self.sent), None

    def _awaits(self) -> int:
        if isinstance(self.inner, Waiting):
            return EK
        return CT if isinstance(self.inner, Offering | OfferingIdentity) else NOTHING

    def _follow(self, inner: Hop, secret: bytes | None) -> tuple["Chunked", bytes | None]:
        if inner is self.inner:
            return self, secret
        return Chunked(inner), secret


def compact(field: bytes) -> bytes:
    """Value and MAC, without kind and filling."""
    return field[1 : 1 + VALUE_SIZE[field[0]]] + field[-MAC_SIZE:]


def spread(kind: int, payload: bytes) -> bytes:
    """The whole field again."""
    value, mac = payload[:-MAC_SIZE], payload[-MAC_SIZE:]
    return bytes((kind,)) + value.ljust(FIELD_SIZE - 1 - MAC_SIZE, b"\0") + mac
