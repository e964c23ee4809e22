from dataclasses import replace
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol import handshake, primitives
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.primitives import X25519Public

NOW = 1_800_000_000
PRIME = 2**255 - 19
TOP_BIT = 2**255
transcript, x25519_public = handshake._transcript, primitives.x25519_public


def people(seed):
    random = Seeded(seed).randbytes
    return Device.draw("eve", NOW, random), Device.draw("bob", NOW, random), random


@pytest.mark.attack(
    "K06",
    "an EKa with its high bit set, though it gives the same secrets, is refused",
    weaken={"doorless_protocol.envelope.parse_x25519": lambda data: data},
)
def test_an_ephemeral_key_with_the_high_bit_set_is_refused(monkeypatch) -> None:
    eve, bob, random = people(1)

    def high_bit(private):
        u = int.from_bytes(x25519_public(private), "little")
        return X25519Public((u | TOP_BIT).to_bytes(32, "little"))

    with monkeypatch.context() as patch:
        patch.setattr("doorless_protocol.handshake.x25519_public", high_bit)
        session = eve.contact(bob, NOW, random)
    envelope = session.seal(b"hello", random)[1]
    with pytest.raises(MalformedError):
        bob.accept(bob.unseal(envelope), NOW)


def blind(terms, opening):
    """A transcript that does not name EKa."""
    return ((name, value) for name, value in transcript(terms, opening) if name != b"ephemeral")


@pytest.mark.attack(
    "K06",
    "an EKa moved by a point of small order, though it gives the same secrets, agrees on nothing",
    weaken={"doorless_protocol.handshake._transcript": blind},
)
def test_a_torsioned_ephemeral_key_agrees_on_nothing() -> None:
    eve, bob, random = people(2)
    initial = bob.unseal(eve.contact(bob, NOW, random).seal(b"hello", random)[1])
    u = int.from_bytes(initial.opening.ephemeral, "little")
    moved = pow(u, -1, PRIME).to_bytes(32, "little")  # plus the point of order two, (0, 0)
    opening = replace(initial.opening, ephemeral=X25519Public(moved))
    with pytest.raises(ForgedError):
        bob.accept(replace(initial, opening=opening), NOW)
