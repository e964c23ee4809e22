"""A backup: records, sealed for whoever holds the recovery words.

    seed ──► Keys: opens backups ──► Writer: what a device keeps; it seals and opens nothing
                                       │
    records ──► lengths, zeros up to a power of two ──► parts of 64 KiB ──► stream ──► file

Nothing here touches a disk. What was read of a backup counts only when it was read to its end.
Spec: docs/spec/15-backup.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.file_primitives import (
    STREAM_HEADER_SIZE,
    STREAM_KEY_SIZE,
    STREAM_OVERHEAD,
    Stream,
)
from doorless_protocol.primitives import (
    HPKE_OVERHEAD,
    XWING_PRIVATE_SIZE,
    XWING_PUBLIC_SIZE,
    Random,
    XWingPrivate,
    XWingPublic,
    hkdf,
    hkdf_expand,
    hpke_open,
    hpke_seal,
    parse_xwing,
    same,
    xwing_public,
)

FORM = b"dl-bak\x00\x01"
"""The first bytes of every backup of this version. Spec §2."""

PART = 64 * 1024
"""Bytes of plaintext that are sealed at once. Spec §2."""

SMALLEST = 4 * PART
"""Bytes to which a smaller backup is filled up; above, the next power of two. Spec §3."""

MAX_RECORD = 256 * 1024
"""Bytes of one record: four times the longest text, with all that belongs to it. Spec §3."""

SECRET_SIZE, COMMITMENT_SIZE, LENGTH_SIZE = 32, 32, 4
_WRAPPED = HPKE_OVERHEAD + STREAM_KEY_SIZE
HEADER_SIZE = len(FORM) + _WRAPPED
_PREFIX = HEADER_SIZE + COMMITMENT_SIZE + STREAM_HEADER_SIZE
_LABEL = b"doorless/1 backup"


@dataclass(frozen=True, slots=True)
class Writer:
    """What it takes to make a backup: 1,248 bytes in storage, and none of them opens one.

    Attributes:
        secret: authenticates who wrote it: nobody who lacks it makes a backup that is taken.
    """

    public: XWingPublic
    secret: bytes = field(repr=False)

    def encode(self) -> bytes:
        return self.public + self.secret

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the encoding of a writer."""
        if len(data) != XWING_PUBLIC_SIZE + SECRET_SIZE:
            raise MalformedError(f"backup writer of {len(data)} bytes")
        return cls(parse_xwing(data[:XWING_PUBLIC_SIZE]), data[XWING_PUBLIC_SIZE:])


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the backups of one account; made of its recovery seed, and stored nowhere."""

    private: XWingPrivate = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, seed: bytes) -> Self:
        """The same from the same 32 bytes. Spec: docs/spec/15-backup.md §1."""
        private = hkdf_expand(seed, b"doorless/1 backup key", XWING_PRIVATE_SIZE)
        return cls(
            XWingPrivate(private), hkdf_expand(seed, b"doorless/1 backup writer", SECRET_SIZE)
        )

    @property
    def writer(self) -> Writer:
        return Writer(xwing_public(self.private), self.secret)


# --- writing ---------------------------------------------------------------------------------


def seal(records: Iterable[bytes], writer: Writer, random: Random) -> Iterator[bytes]:
    """Yield the file that holds `records`, in their order, under a key of its own.

    Raises:
        ValueError: a record is empty, or longer than any may be.

    Spec: docs/spec/15-backup.md §2, §3.
    """
    file_key, stream_header = random(STREAM_KEY_SIZE), random(STREAM_HEADER_SIZE)
    header = FORM + hpke_seal(writer.public, _LABEL, file_key)
    key, commitment = _derive(writer.secret, file_key, header)
    yield header + commitment + stream_header
    stream = Stream(key, stream_header)
    held = next(parts := _parts(_filled(records)))
    for part in parts:
        yield stream.seal(held, final=False)
        held = part
    yield stream.seal(held, final=True)


def padded_size(size: int) -> int:
    """Bytes of plaintext that a backup with `size` bytes of records has. Spec §3."""
    return max(SMALLEST, 1 << (size - 1).bit_length())


def _filled(records: Iterable[bytes]) -> Iterator[bytes]:
    """The records behind their lengths, a length of zero, and zeros up to the size."""
    size = LENGTH_SIZE
    for record in records:
        if not 0 < len(record) <= MAX_RECORD:
            raise ValueError(f"a record of {len(record)} bytes")
        size += LENGTH_SIZE + len(record)
        yield len(record).to_bytes(LENGTH_SIZE, "big") + record
    left = padded_size(size) - size + LENGTH_SIZE
    while left:
        zeros = min(left, PART)
        left -= zeros
        yield bytes(zeros)


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, PART at a time; there is a whole number of parts."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        while len(gathered) >= PART:
            yield bytes(gathered[:PART])
            del gathered[:PART]


# --- reading ---------------------------------------------------------------------------------


def open_sealed(chunks: Iterable[bytes], keys: Keys) -> Iterator[bytes]:
    """Yield the records, of which none may be used before this ended without an error.

    Raises:
        MalformedError: no backup, or of another version.
        ForgedError: another account's, altered, or cut short.

    Spec: docs/spec/15-backup.md §4.
    """
    source = _Source(chunks)
    prefix = source.take(_PREFIX)
    if prefix[: len(FORM)] != FORM:
        raise MalformedError("this is no backup, or one of a newer version of doorless")
    header, stream_header = prefix[:HEADER_SIZE], prefix[HEADER_SIZE + COMMITMENT_SIZE :]
    file_key = hpke_open(keys.private, _LABEL, header[len(FORM) :])
    key, commitment = _derive(keys.secret, file_key, header)
    check_commitment(prefix[HEADER_SIZE:-STREAM_HEADER_SIZE], commitment)
    yield from _records(_Source(_opened(source, Stream(key, stream_header))))


def _opened(source: "_Source", stream: Stream) -> Iterator[bytes]:
    count, final = 0, False
    while not final:
        sealed = source.take(PART + STREAM_OVERHEAD)
        final = source.is_at_end()
        count += 1
        yield stream.open(sealed, final=final)
    check_size(count * PART)


def _records(plaintext: "_Source") -> Iterator[bytes]:
    while length := int.from_bytes(plaintext.take(LENGTH_SIZE), "big"):
        if length > MAX_RECORD:
            raise MalformedError(f"a record of {length} bytes")
        yield plaintext.take(length)
    for rest in plaintext.rest():
        check_filling(rest)


class _Source:
    """Takes bytes off chunks of any size."""

    __slots__ = ("_chunks", "_held")

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._held = iter(chunks), bytearray()

    def take(self, size: int) -> bytes:
        """Raises ForgedError: there are not as many."""
        while len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise ForgedError("a backup that ends too early")
            self._held += chunk
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def is_at_end(self) -> bool:
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._held += chunk
        return False

    def rest(self) -> Iterator[bytes]:
        yield bytes(self._held)
        yield from self._chunks


def _derive(secret: bytes, file_key: bytes, header: bytes) -> tuple[bytes, bytes]:
    both = hkdf(secret, file_key, _LABEL + header, STREAM_KEY_SIZE + COMMITMENT_SIZE)
    return both[:STREAM_KEY_SIZE], both[STREAM_KEY_SIZE:]


def check_commitment(said: bytes, ours: bytes) -> None:
    """Raises ForgedError. The stream alone would open under several keys."""
    if not same(said, ours):
        raise ForgedError("a backup that was not written by a device of this account")


def check_size(size: int) -> None:
    """Raises ForgedError: its size is none that a backup has, and would tell of what is in it."""
    if size != padded_size(size):
        raise ForgedError(f"a backup of {size} bytes, which is no size of a backup")


def check_filling(rest: bytes) -> None:
    """Raises ForgedError: something is hidden behind the last record."""
    if any(rest):
        raise ForgedError("a backup with something behind its last record")
