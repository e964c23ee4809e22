from dataclasses import replace
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol.errors import ForgedError
from doorless_protocol.ratchet.hop import EMPTY

NOW = 1_800_000_000


@pytest.mark.attack(
    "K09",
    "an initial message that does not open spends no prekey and leaves every value as it was",
    weaken={"doorless_protocol.ratchet.triple.read": lambda prk, envelope, incoming: (EMPTY, b"")},
)
def test_a_corrupt_initial_message_spends_nothing() -> None:
    random = Seeded(9).randbytes
    alice, bob = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
    session = alice.contact(bob, NOW, random)
    session, envelope = session.seal(b"hello", random)
    stored = bob.secrets.encode()

    spoilt = envelope[:-1] + bytes((envelope[-1] ^ 1,))
    with pytest.raises(ForgedError):
        bob.unseal(spoilt)

    initial = bob.unseal(envelope)  # as a peer would spoil it, inside his own seal
    message = initial.message[:-1] + bytes((initial.message[-1] ^ 1,))
    with pytest.raises(ForgedError):
        bob.accept(replace(initial, message=message), NOW)

    assert bob.secrets.encode() == stored
    accepted = bob.accept(initial, NOW)
    assert accepted.content == b"hello"
    assert accepted.used == bob.pairs[0].id
