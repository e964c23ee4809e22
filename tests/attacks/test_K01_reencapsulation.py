"""K01: who reads one post-quantum prekey encapsulates its secret to another one.

ML-KEM binds its secret to its key; the design must not rest on that. So a KEM plays whose
secret its encapsulator chooses: as hard to read, and it binds nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from os import urandom
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol import handshake
from doorless_protocol.envelope import Initial
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import initiate
from doorless_protocol.handshake import Opening, Terms
from doorless_protocol.prekey_secrets import PairSecrets, refill_bundle
from doorless_protocol.primitives import (
    Kem1024Public,
    KemSeed,
    kem1024_decapsulate,
    kem1024_encapsulate,
)

NOW = 1_800_000_000
RANDOM = Seeded(1).randbytes

transcript_as_it_is = handshake._transcript


def transcript_without_the_prekey(terms: Terms, opening: Opening) -> Iterator[tuple[bytes, bytes]]:
    """What an implementation binds that trusts its KEM: not the key, its id or the ciphertext."""
    left_out = (b"prekey id", b"prekey kem", b"prekey ciphertext")
    return (item for item in transcript_as_it_is(terms, opening) if item[0] not in left_out)


class Loose:
    """What masks the chosen secret travels beside the ciphertext, which has no room for it."""

    def __init__(self) -> None:
        self.masked: dict[bytes, bytes] = {}

    def wrap(self, theirs: Kem1024Public, secret: bytes) -> bytes:
        mask, ciphertext = kem1024_encapsulate(theirs)
        self.masked[ciphertext] = xor(secret, mask)
        return ciphertext

    def encapsulate(self, theirs: Kem1024Public) -> tuple[bytes, bytes]:
        secret = urandom(32)
        return secret, self.wrap(theirs, secret)

    def decapsulate(self, ours: KemSeed, ciphertext: bytes) -> bytes:
        return xor(self.masked[ciphertext], kem1024_decapsulate(ours, ciphertext))


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


@pytest.fixture
def loose(monkeypatch: pytest.MonkeyPatch) -> Loose:
    kem = Loose()
    monkeypatch.setattr(handshake, "kem1024_encapsulate", kem.encapsulate)
    monkeypatch.setattr(handshake, "kem1024_decapsulate", kem.decapsulate)
    return kem


def bob_with(first: PairSecrets, second: PairSecrets) -> Device:
    """Bob with two chosen one-time pairs."""
    bob = Device.draw("bob", NOW, RANDOM)
    drawn = iter(b"".join((one.id, one.curve, one.kem)) for one in (first, second))
    left = bytearray()

    def tape(size: int) -> bytes:
        nonlocal left
        if len(left) < size:
            left += next(drawn)
        taken, left = bytes(left[:size]), left[size:]
        return taken

    account = bob.us.manifest.account
    bundle_id = iter((RANDOM(8),))
    bundle, pairs, secrets = refill_bundle(
        bob.secrets, bob.us.device, account, lambda size: next(bundle_id, b"") or tape(size), 2
    )
    return replace(bob, bundle=bundle, pairs=pairs, secrets=secrets)


def contact(alice: Device, bob: Device) -> Initial:
    """What Alice, who was given the second pair, writes first; unsealed."""
    session = initiate(alice.us, bob.us.manifest, bob.serve(1), 0, NOW, RANDOM)
    return bob.unseal(session.seal(b"hello", RANDOM)[1])


@pytest.mark.attack(
    "K01",
    "a secret encapsulated to one prekey opens nothing under another one, whatever the KEM binds",
    weaken={"doorless_protocol.handshake._transcript": transcript_without_the_prekey},
)
def test_a_secret_is_not_encapsulated_again_to_another_prekey(loose: Loose) -> None:
    curve = PairSecrets.draw(RANDOM).curve  # one for both, so that only the KEM tells them apart
    honest, stolen = (replace(PairSecrets.draw(RANDOM), curve=curve) for _ in range(2))
    bob = bob_with(honest, stolen)
    initial = contact(Device.draw("alice", NOW, RANDOM), bob)

    secret = loose.decapsulate(stolen.kem, initial.opening.prekey_ciphertext)
    again = loose.wrap(honest.public().kem, secret)
    opening = replace(initial.opening, prekey_ciphertext=again)
    with pytest.raises(DoorlessError):
        bob.accept(replace(initial, prekey_id=honest.id, opening=opening), NOW)
    assert bob.accept(initial, NOW).content == b"hello"


@pytest.mark.attack(
    "K01",
    "the id of a prekey cannot be changed on the way, not even to a name of the same key",
    weaken={"doorless_protocol.handshake._transcript": transcript_without_the_prekey},
)
def test_the_id_of_a_prekey_is_bound() -> None:
    one = PairSecrets.draw(RANDOM)
    other = replace(one, id=PairSecrets.draw(RANDOM).id)
    bob = bob_with(other, one)
    initial = contact(Device.draw("alice", NOW, RANDOM), bob)
    with pytest.raises(DoorlessError):
        bob.accept(replace(initial, prekey_id=other.id), NOW)
    assert bob.accept(initial, NOW).used == one.id


def test_the_loose_kem_is_one(loose: Loose) -> None:
    pair = PairSecrets.draw(RANDOM)
    secret, ciphertext = loose.encapsulate(pair.public().kem)
    assert loose.decapsulate(pair.kem, ciphertext) == secret
