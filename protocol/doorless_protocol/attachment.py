"""A file, sealed once under a key of its own; and what may be believed of it before its end.

    plaintext ── zeros up to a size of a few ──► parts of 64 KiB ──► stream ──► ciphertext
                                                                    │
                 Seal: key, size, digest of the ciphertext ◄────────┘   travels in a message

Nothing here touches a disk: chunks come in, chunks go out, and the result of either direction is
there only when the last one was taken. Spec: docs/spec/14-attachments.md.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha3_256

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.file_primitives import (
    STREAM_HEADER_SIZE,
    STREAM_KEY_SIZE,
    STREAM_OVERHEAD,
    Stream,
)
from doorless_protocol.primitives import Random, hkdf_expand, same

PART = 64 * 1024
"""Bytes of plaintext that are sealed at once. Spec §2.2."""

SMALLEST = 64 * 1024
"""Bytes to which every smaller file is filled up: one part. Spec §2.1."""

MAX_FILE_BYTES = 2**31
"""Bytes of a file: what a size is compared with before anything is done with it. Spec §1."""

KEY_SIZE, DIGEST_SIZE, COMMITMENT_SIZE = STREAM_KEY_SIZE, 32, 32
_PREFIX = COMMITMENT_SIZE + STREAM_HEADER_SIZE


@dataclass(frozen=True, slots=True)
class Seal:
    """What opens one sealed file, and tells it from every other one.

    Attributes:
        size: bytes of the file itself.
        digest: SHA3-256 of the ciphertext, all of it.
    """

    key: bytes = field(repr=False)
    size: int
    digest: bytes

    def __post_init__(self) -> None:
        """Raises MalformedError: no seal of any file."""
        if (len(self.key), len(self.digest)) != (KEY_SIZE, DIGEST_SIZE):
            raise MalformedError("a key or digest of a file of a wrong size")
        if not 0 <= self.size <= MAX_FILE_BYTES:
            raise MalformedError(f"a file of {self.size} bytes, at most {MAX_FILE_BYTES}")


def padded_size(size: int) -> int:
    """Bytes that are sealed for a file of `size` bytes: one of 32 sizes for each doubling.

    Spec: docs/spec/14-attachments.md §2.1 (Padmé: Nikitin and others, PETS 2019, §5).
    """
    size = max(size, SMALLEST)
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def sealed_size(size: int) -> int:
    """Bytes of the ciphertext of a file of `size` bytes. Spec: docs/spec/14-attachments.md §2.2."""
    padded = padded_size(size)
    return _PREFIX + padded + STREAM_OVERHEAD * -(-padded // PART)


# --- sealing ---------------------------------------------------------------------------------


def seal(plaintext: Iterable[bytes], size: int, random: Random) -> Generator[bytes, None, Seal]:
    """Yield the ciphertext of `plaintext`, and return its seal. Draws the key, and the header.

    Raises:
        ValueError: more, or fewer, bytes came than `size`: the file changed as it was read. What
            was yielded is of no use, and its key is never used again.

    Spec: docs/spec/14-attachments.md §2.
    """
    if not 0 <= size <= MAX_FILE_BYTES:
        raise ValueError(f"a file of {size} bytes, at most {MAX_FILE_BYTES}")
    key, header = random(KEY_SIZE), random(STREAM_HEADER_SIZE)
    digest = sha3_256()
    stream, left = Stream(key, header), padded_size(size)
    prefix = commitment(key, header) + header
    digest.update(prefix)
    yield prefix
    for part in _parts(_filled(plaintext, size)):
        left -= len(part)
        sealed = stream.seal(part, final=left == 0)
        digest.update(sealed)
        yield sealed
    return Seal(key, size, digest.digest())


def _filled(plaintext: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The plaintext, then zeros. Raises ValueError: it has not `size` bytes."""
    left = size
    for chunk in plaintext:
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise ValueError("the file changed while it was read")
    fill = padded_size(size) - size
    while fill:
        zeros = min(fill, PART)
        fill -= zeros
        yield bytes(zeros)


def _parts(chunks: Iterable[bytes], size: int = PART) -> Iterator[bytes]:
    """The same bytes, of which there are some, `size` at a time; the last part may be shorter."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        while len(gathered) > size:
            yield bytes(gathered[:size])
            del gathered[:size]
    yield bytes(gathered)


# --- opening ---------------------------------------------------------------------------------


def open_sealed(ciphertext: Iterable[bytes], seal: Seal) -> Iterator[bytes]:
    """Yield the file, of which nothing may be used before this ended without an error.

    A digest is compared at the end only: whoever writes what comes writes to a name that nobody
    reads, and gives it its own name then.

    Raises:
        ForgedError: it is not the file that was sealed, whole and nothing behind it.

    Spec: docs/spec/14-attachments.md §2.3.
    """
    digest = sha3_256()
    source = _Source(ciphertext, digest.update)
    prefix = source.take(_PREFIX)
    header = prefix[COMMITMENT_SIZE:]
    check_commitment(prefix[:COMMITMENT_SIZE], commitment(seal.key, header))
    stream = Stream(seal.key, header)
    padded, left = padded_size(seal.size), seal.size
    for start in range(0, padded, PART):
        expected = min(PART, padded - start)
        sealed = source.take(expected + STREAM_OVERHEAD)
        part = stream.open(sealed, final=start + expected == padded)
        said = part[:left]
        check_padding(part[len(said) :])
        left -= len(said)
        if said:
            yield said
    source.end()
    check_digest(digest.digest(), seal.digest)


class _Source:
    """Takes bytes off chunks of any size, and tells of each once."""

    __slots__ = ("_chunks", "_held", "_seen")

    def __init__(self, chunks: Iterable[bytes], seen: Callable[[bytes], object]) -> None:
        self._chunks, self._held, self._seen = iter(chunks), bytearray(), seen

    def take(self, size: int) -> bytes:
        """Raises ForgedError: there are not as many."""
        while len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise ForgedError("a file that ends too early")
            self._held += chunk
        taken = bytes(self._held[:size])
        del self._held[:size]
        self._seen(taken)
        return taken

    def end(self) -> None:
        """Raises ForgedError: something is left."""
        if self._held or any(self._chunks):
            raise ForgedError("a file with bytes behind its end")


def digest_of(ciphertext: Iterable[bytes]) -> bytes:
    """Of a whole ciphertext: 32 bytes."""
    digest = sha3_256()
    for chunk in ciphertext:
        digest.update(chunk)
    return digest.digest()


# --- checks ----------------------------------------------------------------------------------


def commitment(key: bytes, header: bytes) -> bytes:
    """32 bytes that only this key and header give: the stream alone opens under several keys."""
    return hkdf_expand(key, b"doorless/1 file" + header, COMMITMENT_SIZE)


def check_commitment(said: bytes, ours: bytes) -> None:
    """Raises ForgedError: it was sealed under another key than the one that came with it."""
    if not same(said, ours):
        raise ForgedError("a file that was sealed under another key")


def check_padding(fill: bytes) -> None:
    """Raises ForgedError: something is hidden behind the end of the file."""
    if any(fill):
        raise ForgedError("a file whose filling is not zeros")


def check_digest(found: bytes, said: bytes) -> None:
    """Raises ForgedError: another ciphertext than the message names, be it the same file."""
    if not same(found, said):
        raise ForgedError("another file than the message names")
