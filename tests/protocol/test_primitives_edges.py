"""The primitives at their edges: sizes, bounds, and what exhausts a machine."""

import nacl.exceptions
import nacl.pwhash
import pytest

from doorless_protocol import primitives
from doorless_protocol.errors import ExhaustedError, ForgedError, MalformedError

PRIME = 2**255 - 19


@pytest.mark.parametrize("value", [PRIME, PRIME + 1, 2**255 - 1, 2**255, 2**256 - 1])
def test_the_first_value_that_is_no_canonical_key_is_the_prime(value: int) -> None:
    with pytest.raises(MalformedError, match="canonical"):
        primitives.refuse_second_encoding(value.to_bytes(32, "little"))
    primitives.refuse_second_encoding((PRIME - 1).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_verifying_key_of_another_size_verifies_nothing(size: int) -> None:
    seed = bytes(range(32))
    signature = primitives.ed25519_sign(seed, b"message")
    primitives.ed25519_verify(primitives.ed25519_public(seed), b"message", signature)
    with pytest.raises(ForgedError, match="size"):
        primitives.ed25519_verify(bytes(size), b"message", signature)


@pytest.mark.parametrize("size", [0, 63, 65, 128])
def test_a_signature_of_another_size_is_none(size: int) -> None:
    seed = bytes(range(32))
    signature = primitives.ed25519_sign(seed, b"message").ljust(size, b"\0")[:size]
    with pytest.raises(ForgedError, match="size"):
        primitives.ed25519_verify(primitives.ed25519_public(seed), b"message", signature)


@pytest.mark.parametrize("kind", [primitives.HeaderKey, primitives.AgreementKey])
def test_keys_are_spread_over_a_table(kind: type) -> None:
    """A dict of keys that all share one hash is a list."""
    assert len({hash(kind(bytes((number,)) * 32)) for number in range(100)}) == 100


@pytest.mark.parametrize("failure", [nacl.exceptions.RuntimeError, MemoryError])
def test_a_derivation_that_needs_more_memory_than_there_is_is_refused(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the library says it. To ask for terabytes in earnest may be granted, and then kills."""

    def kdf(*_: object, **__: object) -> bytes:
        raise failure

    monkeypatch.setattr(nacl.pwhash.argon2id, "kdf", kdf)
    with pytest.raises(ExhaustedError, match="65536 bytes"):
        primitives.argon2id(b"passphrase", bytes(16), 1, 65536)


@pytest.mark.parametrize("order", [0, 1])
def test_a_ratchet_key_of_small_order_is_refused(order: int) -> None:
    ours = primitives.AgreementKey(bytes(range(32)))
    with pytest.raises(MalformedError, match="small order"):
        ours.agree(order.to_bytes(32, "little"))
