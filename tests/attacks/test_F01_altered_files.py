"""F01: a file that was cut, extended, reordered or repeated on its way, or whose size is a lie.

Each time the digest is made to fit, as if a sender, or a collision, had done it: what refuses is
the stream itself. Then the digest alone.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random as Seeded

import pytest

from doorless_protocol.attachment import PART, Seal, digest_of, open_sealed, seal
from doorless_protocol.errors import ForgedError, MalformedError

PREFIX, SEALED_PART = 56, PART + 17
FILE = Seeded(1).randbytes(3 * PART + 1000)


def sealed(plaintext: bytes = FILE) -> tuple[bytes, Seal]:
    ciphertext, steps = bytearray(), seal([plaintext], len(plaintext), Seeded(2).randbytes)
    while True:
        try:
            ciphertext += next(steps)
        except StopIteration as end:
            return bytes(ciphertext), end.value


def parts(ciphertext: bytes) -> list[bytes]:
    return [ciphertext[at : at + SEALED_PART] for at in range(PREFIX, len(ciphertext), SEALED_PART)]


def refused(ciphertext: bytes, its_seal: Seal, *, fits: bool = True) -> bool:
    named = replace(its_seal, digest=digest_of([ciphertext])) if fits else its_seal
    try:
        list(open_sealed([ciphertext], named))
    except ForgedError:
        return True
    return False


def without_end(mark: int, *, final: bool) -> None:
    """A stream that ends where it ends."""


@pytest.mark.attack(
    "F01",
    "a file that is cut at the edge of any part is refused, whatever size is claimed for it",
    weaken={"doorless_protocol.file_primitives.check_end": without_end},
)
def test_a_file_cut_at_the_edge_of_a_part() -> None:
    ciphertext, its_seal = sealed()
    for kept in (1, 2, 3):
        cut = ciphertext[: PREFIX + kept * SEALED_PART]
        for size in (kept * PART, its_seal.size):
            assert refused(cut, replace(its_seal, size=size))


def reordered(ciphertext: bytes) -> Iterator[bytes]:
    prefix, (a, b, c, last) = ciphertext[:PREFIX], parts(ciphertext)
    for order in ((b, a, c, last), (a, a, c, last), (a, c, last), (a, b, b, c, last)):
        yield prefix + b"".join(order)


def test_parts_that_are_reordered_repeated_or_left_out() -> None:
    ciphertext, its_seal = sealed()
    for changed in reordered(ciphertext):
        assert refused(changed, its_seal)


@pytest.mark.attack(
    "F01",
    "nothing can be appended to a file",
    weaken={"doorless_protocol.attachment._Source.end": lambda self: None},
)
@pytest.mark.parametrize("more", [b"\0", bytes(17), bytes(SEALED_PART)])
def test_bytes_behind_the_end(more: bytes) -> None:
    ciphertext, its_seal = sealed()
    appended = ciphertext + more
    assert refused(appended, replace(its_seal, digest=digest_of([ciphertext])), fits=False)


@pytest.mark.attack(
    "F01",
    "bytes that the sender hid behind the end of the file are noticed",
    weaken={"doorless_protocol.attachment.check_padding": lambda fill: None},
)
def test_a_size_that_leaves_something_out() -> None:
    ciphertext, its_seal = sealed()
    assert refused(ciphertext, replace(its_seal, size=its_seal.size - 1))


@pytest.mark.attack(
    "F01",
    "a file whose ciphertext is another one than the message names is refused at its end",
    weaken={"doorless_protocol.attachment.check_digest": lambda found, said: None},
)
def test_another_ciphertext_than_the_message_names() -> None:
    ciphertext, its_seal = sealed()
    assert refused(ciphertext, replace(its_seal, digest=bytes(32)), fits=False)


@pytest.mark.parametrize("size", [2**32 + 1, 2**31 + 1, 2**53 - 1, -1])
def test_a_size_beyond_all_bounds_is_refused_before_anything_is_computed(size: int) -> None:

    with pytest.raises(MalformedError):
        Seal(bytes(32), size, bytes(32))
