"""F03: a file made so that two people open the same bytes with two keys, and see two files.

R17, for attachments. And no key ever seals two files.
"""

from random import Random as Seeded

import pytest

from doorless_lab.file_salamander import agreeing_key, collide_file
from doorless_protocol.attachment import PART, Seal, commitment, digest_of, open_sealed, seal
from doorless_protocol.errors import ForgedError
from doorless_protocol.file_primitives import Stream

HEADER = bytes(range(24))
ONE = b"\x01" * 32


def salamander() -> tuple[bytes, bytes]:
    """Another key, and a final part that both open."""
    dice = Seeded(3)
    other = agreeing_key(ONE, HEADER, iter(lambda: dice.randbytes(32), b""))
    return other, collide_file(ONE, other, HEADER, bytes(PART))


def test_the_stream_alone_opens_under_both_keys() -> None:
    """The positive control: the attack is real."""
    other, part = salamander()
    opened = [Stream(key, HEADER).open(part, final=True) for key in (ONE, other)]
    assert opened[0] != opened[1]
    assert opened[0][32:] == bytes(PART - 32)


def opens(key: bytes, ciphertext: bytes) -> bool:
    its_seal = Seal(key, PART, digest_of([ciphertext]))
    try:
        list(open_sealed([ciphertext], its_seal))
    except ForgedError:
        return False
    return True


@pytest.mark.attack(
    "F03",
    "a file that two keys open, made for the purpose, is taken under one of them at most",
    weaken={"doorless_protocol.attachment.check_commitment": lambda said, ours: None},
)
@pytest.mark.parametrize("commit", [0, 1])
def test_a_file_has_one_key(commit: int) -> None:
    other, part = salamander()
    keys = (ONE, other)
    ciphertext = commitment(keys[commit], HEADER) + HEADER + part
    assert [opens(key, ciphertext) for key in keys] == [commit == 0, commit == 1]


def test_two_sealings_of_the_same_bytes_have_two_keys() -> None:
    committed = {next(seal([b"same"], 4, Seeded().randbytes))[:32] for _ in range(2)}
    assert len(committed) == 2
