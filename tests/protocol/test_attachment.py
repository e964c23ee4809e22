"""Sealing a file, and what is refused when it is opened."""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha3_256
from random import Random as Seeded

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import attachment
from doorless_protocol.attachment import (
    MAX_FILE_BYTES,
    PART,
    SMALLEST,
    Seal,
    digest_of,
    open_sealed,
    padded_size,
    seal,
    sealed_size,
)
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.file_primitives import STREAM_OVERHEAD, Stream

PREFIX = 56
SIZES = (0, 1, SMALLEST - 1, SMALLEST, SMALLEST + 1, 3 * PART, 200_001)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def sealed(plaintext: bytes, *, seed: int = 1, pieces: int = 10_000) -> tuple[bytes, Seal]:
    ciphertext = bytearray()
    steps = seal(cut(plaintext, pieces), len(plaintext), Seeded(seed).randbytes)
    while True:
        try:
            ciphertext += next(steps)
        except StopIteration as end:
            return bytes(ciphertext), end.value


def opened(ciphertext: bytes, seal: Seal, pieces: int = 64 * 1024) -> bytes:
    return b"".join(open_sealed(cut(ciphertext, pieces), seal))


def matching(ciphertext: bytes, seal: Seal) -> Seal:
    """A seal that names this very ciphertext: what is behind the digest is left to refuse."""
    return replace(seal, digest=sha3_256(ciphertext).digest())


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens_however_it_is_cut(size: int) -> None:
    plaintext = Seeded(size).randbytes(size)
    for pieces in (977, PART, 10**6):
        ciphertext, its_seal = sealed(plaintext, pieces=pieces)
        assert len(ciphertext) == sealed_size(size)
        assert its_seal.digest == digest_of([ciphertext])
        assert opened(ciphertext, its_seal, pieces) == plaintext


def test_two_sealings_of_one_file_have_nothing_in_common() -> None:
    (one, first), (other, second) = sealed(b"x", seed=1), sealed(b"x", seed=2)
    assert first.key != second.key
    assert one[:PREFIX] != other[:PREFIX]
    assert first.digest != second.digest


@given(st.integers(0, MAX_FILE_BYTES))
def test_the_relay_sees_one_of_a_few_sizes(size: int) -> None:
    padded = padded_size(size)
    assert padded >= max(size, SMALLEST)
    assert padded_size(padded) == padded
    assert size < SMALLEST or padded - size < size / 31
    assert padded_size(max(size - 1, 0)) <= padded


def test_how_many_sizes_there_are() -> None:
    sizes, size = set[int](), 0
    while size <= 128 * 2**20:
        size = padded_size(size + 1)
        sizes.add(size)
    assert len(sizes) == 1 + 32 * 11 + 1


def test_a_file_that_changed_as_it_was_read_gives_no_seal() -> None:
    for plaintext, size in ((b"ab", 1), (b"ab", 3), (b"", 1), (bytes(70_000), 69_999)):
        with pytest.raises(ValueError, match="changed while it was read"):
            list(seal([plaintext], size, Seeded(1).randbytes))


def test_a_size_that_no_file_has_is_refused_before_anything_is_drawn() -> None:
    for size in (-1, MAX_FILE_BYTES + 1):
        with pytest.raises(ValueError, match="at most"):
            next(seal([], size, lambda size: pytest.fail("drawn")))


def test_the_largest_file_is_sealed_like_the_others() -> None:
    assert len(next(seal([], MAX_FILE_BYTES, Seeded(1).randbytes))) == PREFIX


def test_a_commitment_is_the_one_of_the_specification() -> None:
    """HKDF-Expand of one block is one HMAC, RFC 5869 §2.3."""
    key, header = b"k" * 32, b"h" * 24
    expected = hmac.digest(key, b"doorless/1 file" + header + b"\x01", "sha256")
    assert attachment.commitment(key, header) == expected


def test_an_empty_part_is_as_long_as_what_is_added_to_it() -> None:
    key, header = bytes(32), bytes(24)
    sealed = Stream(key, header).seal(b"", final=True)
    assert len(sealed) == STREAM_OVERHEAD
    assert Stream(key, header).open(sealed, final=True) == b""


def test_a_seal_of_another_form_is_refused() -> None:
    key, digest = bytes(32), bytes(32)
    assert Seal(key, MAX_FILE_BYTES, digest).size == MAX_FILE_BYTES
    assert "key" not in repr(Seal(key, 0, digest))
    for wrong in (
        (bytes(31), 0, digest),
        (key, 0, bytes(33)),
        (key, -1, digest),
        (key, MAX_FILE_BYTES + 1, digest),
    ):
        with pytest.raises(MalformedError):
            Seal(*wrong)


@pytest.mark.parametrize("size", [0, 200_001])
def test_one_changed_byte_anywhere_is_refused(size: int) -> None:
    plaintext = Seeded(9).randbytes(size)
    ciphertext, its_seal = sealed(plaintext)
    edges = {0, 31, 32, 55, 56, 57, len(ciphertext) - 1, PREFIX + PART, PREFIX + PART + 17}
    for at in edges | set(range(0, len(ciphertext), 30_011)):
        if at < len(ciphertext):
            changed = bytearray(ciphertext)
            changed[at] ^= 1
            with pytest.raises(ForgedError):
                opened(bytes(changed), matching(bytes(changed), its_seal))


def test_the_digest_is_compared_at_the_end() -> None:
    ciphertext, its_seal = sealed(b"as it is")
    with pytest.raises(ForgedError, match="another file than the message names"):
        opened(ciphertext, replace(its_seal, digest=bytes(32)))


def test_padding_that_is_not_zeros_is_refused() -> None:
    """By whoever holds the key: nobody else gets as far."""
    key, header = bytes(32), bytes(24)
    body = Stream(key, header).seal(b"a" + bytes(SMALLEST - 2) + b"b", final=True)
    ciphertext = attachment.commitment(key, header) + header + body
    with pytest.raises(ForgedError, match="filling"):
        opened(ciphertext, Seal(key, 1, digest_of([ciphertext])))


def test_an_end_that_is_marked_elsewhere_is_refused() -> None:
    key, header = bytes(32), bytes(24)
    stream = Stream(key, header)
    body = stream.seal(bytes(PART), final=False) + stream.seal(bytes(2048), final=False)
    ciphertext = attachment.commitment(key, header) + header + body
    with pytest.raises(ForgedError, match="ends too early, or goes on"):
        opened(ciphertext, Seal(key, PART + 1, digest_of([ciphertext])))


def test_a_part_that_is_too_short_for_its_tag_is_refused() -> None:
    with pytest.raises(ForgedError, match="16 bytes"):
        Stream(bytes(32), bytes(24)).open(bytes(STREAM_OVERHEAD - 1), final=True)


def test_what_is_cut_or_extended_is_refused() -> None:
    ciphertext, its_seal = sealed(b"whole")
    for at in (0, PREFIX - 1, PREFIX, PREFIX + 1, len(ciphertext) - 1):
        with pytest.raises(ForgedError, match="ends too early"):
            opened(ciphertext[:at], its_seal)
    for pieces in (1, len(ciphertext), 64 * 1024):
        with pytest.raises(ForgedError, match="behind its end"):
            b"".join(open_sealed([*cut(ciphertext, 64 * 1024), bytes(pieces)], its_seal))
        with pytest.raises(ForgedError, match="behind its end"):
            opened(ciphertext + b"1", its_seal, len(ciphertext) + 1)
