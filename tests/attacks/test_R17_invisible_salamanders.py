"""R17: one ciphertext that two keys authenticate. Nothing but a commitment tells them apart."""

from random import Random as Seeded

import pytest

from doorless_lab.salamander import collide, keystream
from doorless_protocol.errors import BrokenSessionError, ForgedError
from doorless_protocol.primitives import aead_open
from doorless_protocol.ratchet.hop import FIELD_SIZE
from doorless_protocol.ratchet.triple import (
    BODY_OFFSET,
    CONTENT_OFFSET,
    FRONT_SIZE,
    LENGTH_SIZE,
    message_keys,
    read,
)

INCOMING = b"\x01" * 65
SIZE = 2048
CHOSEN = CONTENT_OFFSET + 5 + -(CONTENT_OFFSET + 5) % 16  # the two blocks, inside the content


def salamander(prks: tuple[bytes, bytes], commit: int) -> bytes:
    """An envelope whose body both keys authenticate; committed to the one of them.

    Under the first key it is in its form to the last bit of padding, with 32 bytes of content
    that come from the collision.
    """
    random = Seeded(17).randbytes
    front = random(FRONT_SIZE)
    nonce, context = front[:12], INCOMING + front[12:]
    (one, first), (other, second) = (message_keys(prk, nonce, context) for prk in prks)
    size = SIZE - BODY_OFFSET - 16
    plain = bytes(FIELD_SIZE) + (CHOSEN + 32 - CONTENT_OFFSET).to_bytes(LENGTH_SIZE, "big")
    plain = plain.ljust(size, b"\0")
    stream = keystream(one, nonce, size)
    ciphertext = bytes(left ^ right for left, right in zip(plain, stream, strict=True))
    body = collide(one, other, nonce, context, ciphertext, CHOSEN)
    assert aead_open(one, nonce, body, context) != aead_open(other, nonce, body, context)
    return front + (first, second)[commit] + body


def authenticates(prk: bytes, envelope: bytes) -> bool:
    try:
        read(prk, envelope, INCOMING)
    except ForgedError:
        return False
    except BrokenSessionError:
        return True  # its form is wrong; but the key took it for its own
    return True


@pytest.mark.attack(
    "R17",
    "a body that two keys authenticate, made for the purpose, is taken under one of them at most",
    weaken={"doorless_protocol.ratchet.triple.check_commitment": lambda ours, theirs: None},
)
@pytest.mark.parametrize("commit", [0, 1])
def test_a_body_opens_under_one_key_at_most(commit: int) -> None:
    prks = (b"\x0a" * 32, b"\x0b" * 32)
    envelope = salamander(prks, commit)
    assert [authenticates(prk, envelope) for prk in prks] == [commit == 0, commit == 1]
