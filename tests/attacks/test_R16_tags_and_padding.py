"""R16: tags cut short, bytes behind them, and padding that is not what it must be."""

from collections.abc import Callable
from random import Random as Seeded

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from doorless_client import key_file
from doorless_client.key_file import Cost, WrongPassphraseError, unwrap, wrap
from doorless_lab.pair import Device, meet
from doorless_protocol.envelope import INSIDE_SIZE
from doorless_protocol.errors import BrokenSessionError, DoorlessError, ForgedError
from doorless_protocol.primitives import HeaderKey, aead_open, aead_seal, hpke_open, hpke_seal
from doorless_protocol.ratchet import triple
from doorless_protocol.ratchet.triple import BODY_OFFSET
from doorless_protocol.sizes import SIZE_CLASSES

NOW = 1_800_000_000
KEY, NONCE, CONTEXT = bytes(range(32)), bytes(12), b"context"


class ComparesWhatTagThereIs:
    """As a library did that many relied on: of a shorter tag, only so much is compared."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def encrypt(self, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
        return self._cipher.encrypt(nonce, plaintext, context)

    def decrypt(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        for size in range(16, -1, -1):
            end = len(sealed) - size
            plaintext = self._cipher.encrypt(nonce, sealed[:end], context)[:-16]
            if self._cipher.encrypt(nonce, plaintext, context)[-16:][:size] == sealed[end:]:
                return plaintext
        raise InvalidTag


@pytest.mark.attack(
    "R16",
    "a tag has sixteen bytes: cut to any length, or with bytes behind it, nothing opens",
    weaken={"doorless_protocol.primitives.ChaCha20Poly1305": ComparesWhatTagThereIs},
)
@pytest.mark.parametrize("left", range(16))
def test_a_tag_that_is_cut_opens_nothing(left: int) -> None:
    cut = 16 - left
    with pytest.raises(ForgedError):
        aead_open(KEY, NONCE, aead_seal(KEY, NONCE, b"hello", CONTEXT)[:-cut], CONTEXT)
    header = HeaderKey(KEY)
    assert header.open(NONCE, header.seal(NONCE, bytes(56), CONTEXT)[:-cut], CONTEXT) is None
    behind = aead_seal(KEY, NONCE, b"hello", CONTEXT) + bytes(left + 1)
    with pytest.raises(ForgedError):
        aead_open(KEY, NONCE, behind, CONTEXT)


def takes_any_size(envelope: bytes) -> None:
    """No size class: an envelope may end anywhere."""


def compares_what_tag_there_is(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    return ComparesWhatTagThereIs(key).decrypt(nonce, sealed, context)


def overlooks_what_follows(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    return aead_open(key, nonce, sealed[: SIZE_CLASSES[0] - BODY_OFFSET], context)


@pytest.mark.attack(
    "R16",
    "no envelope, first contact or key file whose tag was cut opens, and none changes anything",
    weaken={
        "doorless_protocol.ratchet.triple.aead_open": compares_what_tag_there_is,
        "doorless_protocol.ratchet.triple.check_size_class": takes_any_size,
    },
)
@pytest.mark.parametrize("cut", range(1, 17))
def test_a_box_that_was_cut_does_not_open(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_all(lambda box: box[:-cut], monkeypatch)


@pytest.mark.attack(
    "R16",
    "no envelope, first contact or key file with bytes behind its tag opens or changes anything",
    weaken={
        "doorless_protocol.ratchet.triple.aead_open": overlooks_what_follows,
        "doorless_protocol.ratchet.triple.check_size_class": takes_any_size,
    },
)
@pytest.mark.parametrize("more", [1, 16, 2048])
def test_a_box_with_bytes_behind_it_does_not_open(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_all(lambda box: box + bytes(more), monkeypatch)


def refuse_all(change: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    random = Seeded(16).randbytes
    alice, bob = Device.draw("alice", NOW, random), Device.draw("bob", NOW, random)
    first = alice.contact(bob, NOW, random).seal(b"hello", random)[1]
    with pytest.raises(ForgedError):
        bob.unseal(change(first))
    talker, listener = meet(alice, bob, NOW, random)
    envelope, before = talker.says(b"x" * 333), listener.session
    with pytest.raises(DoorlessError):
        listener.hears(change(envelope))
    assert listener.session is before
    assert listener.hears(envelope) == b"x" * 333
    cheap = Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    wrapped = wrap(KEY, "a long secret", random, cheap)
    with pytest.raises(WrongPassphraseError):
        unwrap(change(wrapped), "a long secret")


@pytest.mark.attack(
    "R16",
    "the padding inside the seal of a first contact is zeros, and is checked",
    weaken={"doorless_protocol.envelope.check_rest": lambda rest: None},
)
@pytest.mark.parametrize("place", [0, 1, -2, -1])
def test_the_padding_of_a_first_contact_is_checked(place: int) -> None:
    random = Seeded(17).randbytes
    alice, bob = Device.draw("alice", NOW, random), Device.draw("bob", NOW, random)
    session = alice.contact(bob, NOW, random)
    first = session.unanswered
    assert first is not None
    _, envelope = session.seal(b"hello", random)
    inside = bytearray(hpke_open(bob.secrets.envelope, first.info, envelope))
    room = inside.rindex(inside.rstrip(b"\0")[-1:]) + 3  # behind the proof's length, which is zero
    inside[room + place if place >= 0 else INSIDE_SIZE + place] = 1
    altered = hpke_seal(first.envelope_key, first.info, bytes(inside))
    with pytest.raises(DoorlessError):
        bob.unseal(altered)
    assert bob.accept(bob.unseal(envelope), NOW).content == b"hello"


@pytest.mark.attack(
    "R16",
    "the padding of a message is zeros, also from who holds its key; else nothing changes",
    weaken={"doorless_protocol.ratchet.triple.check_padding": lambda plain, end: None},
)
@pytest.mark.parametrize("place", [-17, -18, -500])
def test_the_padding_of_a_message_is_checked(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room that a changed program could fill, and nobody would see."""
    random = Seeded(18).randbytes
    alice, bob = Device.draw("alice", NOW, random), Device.draw("bob", NOW, random)
    talker, listener = meet(alice, bob, NOW, random)

    def fills(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        padded = bytearray(plain)
        padded[place + 16] = 1
        return aead_seal(key, nonce, bytes(padded), context)

    with monkeypatch.context() as patch:
        patch.setattr(triple, "aead_seal", fills)
        filled = talker.session.seal(b"hello", random)[1]
    before = listener.session
    with pytest.raises(BrokenSessionError):
        listener.hears(filled)
    assert listener.session is before
    assert listener.hears(talker.says(b"hello")) == b"hello"
