from hashlib import sha256
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.keys import (
    SIGNATURE_SIZE,
    VERIFYING_KEY_SIZE,
    AccountId,
    DeviceKeys,
    Purpose,
    SigningKey,
    VerifyingKey,
    account_id,
    account_signing_key,
    conversation_id,
)

SIGNER = SigningKey.from_seed(bytes(range(64)))
SIGNED = b"the object"


def test_a_signature_is_of_one_object_by_one_key() -> None:
    signature = SIGNER.sign(Purpose.MANIFEST, SIGNED)
    other = SigningKey.from_seed(bytes(64))
    SIGNER.verifying.verify(Purpose.MANIFEST, SIGNED, signature)
    with pytest.raises(ForgedError):
        SIGNER.verifying.verify(Purpose.MANIFEST, SIGNED + b"!", signature)
    with pytest.raises(ForgedError):
        other.verifying.verify(Purpose.MANIFEST, SIGNED, signature)


def test_sizes_are_the_ones_of_the_specification() -> None:
    assert len(SIGNER.verifying.encode()) == VERIFYING_KEY_SIZE == 1984
    assert len(SIGNER.sign(Purpose.MANIFEST, SIGNED)) == SIGNATURE_SIZE == 3373


def test_half_of_another_signature_is_not_enough() -> None:
    ours, theirs = SIGNER.sign(Purpose.MANIFEST, SIGNED), SIGNER.sign(Purpose.MANIFEST, b"other")
    for mixed in (ours[:64] + theirs[64:], theirs[:64] + ours[64:]):
        with pytest.raises(ForgedError):
            SIGNER.verifying.verify(Purpose.MANIFEST, SIGNED, mixed)


def test_half_of_another_key_is_not_enough() -> None:
    """Each half signs the whole hybrid key: neither can be taken over into another pair."""
    ours, other = SIGNER.verifying.encode(), SigningKey.from_seed(bytes(64)).verifying.encode()
    signature = SIGNER.sign(Purpose.MANIFEST, SIGNED)
    for mixed in (ours[:32] + other[32:], other[:32] + ours[32:]):
        with pytest.raises(ForgedError):
            VerifyingKey.decode(mixed).verify(Purpose.MANIFEST, SIGNED, signature)


def test_a_signature_serves_one_purpose() -> None:
    signatures = {purpose: SIGNER.sign(purpose, SIGNED) for purpose in Purpose}
    for signed_for, used_for in product(Purpose, Purpose):
        if signed_for is used_for:
            SIGNER.verifying.verify(used_for, SIGNED, signatures[signed_for])
        else:
            with pytest.raises(ForgedError):
                SIGNER.verifying.verify(used_for, SIGNED, signatures[signed_for])


@given(st.binary(max_size=SIGNATURE_SIZE + 2))
def test_any_other_bytes_are_no_signature(data) -> None:
    with pytest.raises(ForgedError):
        SIGNER.verifying.verify(Purpose.MANIFEST, SIGNED, data)


@given(st.binary(max_size=80) | st.binary(min_size=1984, max_size=1984))
def test_any_bytes_are_a_verifying_key_or_malformed(data) -> None:
    try:
        key = VerifyingKey.decode(data)
    except MalformedError:
        return
    assert key.encode() == data


def test_the_recovery_seed_gives_the_same_account_again() -> None:
    seed = bytes(range(32))
    key = account_signing_key(seed)
    assert key == account_signing_key(seed)
    assert key != account_signing_key(bytes(32))
    # Fixed for good: these 32 bytes must restore this account in every later version.
    assert (
        account_id(key.verifying).hex()
        == "315c4abfb842ce786915821ccc4111cb1a3615ace9f8cd96c283783a0b0ab207"
    )


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_recovery_seed_has_32_bytes(size) -> None:
    with pytest.raises(ValueError, match="recovery seed"):
        account_signing_key(bytes(size))


def test_a_conversation_has_one_name_on_both_sides(bob, eve) -> None:
    ours, theirs = bob.manifest.account, eve.manifest.account
    assert conversation_id(ours, theirs) == conversation_id(theirs, ours)
    assert conversation_id(ours, theirs) != conversation_id(ours, ours)


def test_device_keys_come_back_from_storage(random) -> None:
    keys = DeviceKeys.draw(random)
    assert len(keys.encode()) == 193
    assert DeviceKeys.decode(keys.encode()) == keys


@given(st.binary(max_size=200))
def test_other_stored_bytes_are_malformed(data) -> None:
    try:
        keys = DeviceKeys.decode(data)
    except MalformedError:
        return
    assert keys.encode() == data


def test_no_secret_is_in_a_representation(random) -> None:
    keys = DeviceKeys.draw(random)
    shown = repr(keys) + repr(account_signing_key(bytes(range(32))))
    for secret in (keys.signing.seed, keys.identity, keys.kem):
        for part in (secret[:8], secret[-8:]):
            assert repr(part)[2:-1] not in shown
            assert part.hex() not in shown


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_a_signing_key_comes_from_64_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="64"):
        SigningKey.from_seed(bytes(size))


def test_another_stored_version_is_told(random) -> None:
    stored = DeviceKeys.draw(random).encode()
    with pytest.raises(MalformedError, match=r"device keys has an unknown version$"):
        DeviceKeys.decode(b"\2" + stored[1:])


def test_a_conversation_is_named_as_specified() -> None:
    """docs/spec/02-identities.md §1.1."""
    low, high = AccountId(b"a" * 32), AccountId(b"b" * 32)
    named = sha256(b"doorless/1 conversation" + low + high).digest()
    assert conversation_id(low, high) == conversation_id(high, low) == named
