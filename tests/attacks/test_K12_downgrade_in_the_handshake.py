from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol import handshake
from doorless_protocol.envelope import INSIDE_SIZE
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.primitives import hpke_open, hpke_seal

NOW = 1_800_000_000
PREKEY_CIPHERTEXT, IDENTITY_CIPHERTEXT = 9235, 10803
transcript = handshake._transcript


def altered(at: int, value: bytes):
    """Bob, and an initial message to him with bytes of its inside replaced."""
    random = Seeded(at).randbytes
    alice, bob = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
    session = alice.contact(bob, NOW, random)
    first = session.unanswered
    inside = hpke_open(bob.secrets.envelope, first.info, session.seal(b"hello", random)[1])
    assert len(inside) == INSIDE_SIZE
    inside = inside[:at] + value + inside[at + len(value) :]
    return bob, hpke_seal(first.envelope_key, first.info, inside)


@pytest.mark.attack(
    "K12",
    "an initial message of another version, suite or kind is refused before any key is used",
    weaken={
        "doorless_protocol.envelope.read_protocol": lambda reader: reader.raw(2),
        "doorless_protocol.envelope.read_kind": lambda reader: handshake.Kind(len(reader.raw(1))),
    },
)
@pytest.mark.parametrize("at", [0, 1, 2], ids=["version", "suite", "kind"])
@pytest.mark.parametrize("value", [b"\0", b"\3", b"\xff"])
def test_an_initial_message_of_another_form_is_refused(at, value) -> None:
    bob, envelope = altered(at, value)
    with pytest.raises(MalformedError):
        bob.unseal(envelope)


def classical(terms, opening):
    """A transcript that does not name the ciphertexts."""
    return ((n, value) for n, value in transcript(terms, opening) if b"ciphertext" not in n)


@pytest.mark.attack(
    "K12",
    "an initial message stripped of a KEM ciphertext agrees on nothing",
    weaken={
        "doorless_protocol.handshake._transcript": classical,
        "doorless_protocol.handshake.kem1024_encapsulate": lambda _: (bytes(32), bytes(1568)),
        "doorless_protocol.handshake.kem768_encapsulate": lambda _: (bytes(32), bytes(1088)),
        "doorless_protocol.handshake.kem1024_decapsulate": lambda *_: bytes(32),
        "doorless_protocol.handshake.kem768_decapsulate": lambda *_: bytes(32),
    },
)
@pytest.mark.parametrize(("at", "size"), [(PREKEY_CIPHERTEXT, 1568), (IDENTITY_CIPHERTEXT, 1088)])
def test_a_handshake_cannot_be_stripped_of_its_post_quantum_half(at, size) -> None:
    bob, envelope = altered(at, bytes(size))
    initial = bob.unseal(envelope)
    with pytest.raises(DoorlessError) as refusal:
        bob.accept(initial, NOW)
    assert isinstance(refusal.value, ForgedError)
