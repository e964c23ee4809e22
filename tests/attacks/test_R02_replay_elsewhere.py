from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol import first_contact
from doorless_protocol.errors import ForgedError

NOW = 1_800_000_000


@pytest.mark.attack(
    "R02",
    "an envelope opens in its own session, on its own device, and nowhere else",
    weaken={"doorless_protocol.first_contact.contexts": lambda *_: (b"to b", b"to a")},
)
@pytest.mark.parametrize("where", ["another device", "another session"])
def test_an_envelope_opens_nowhere_else(where) -> None:
    """Even where all keys are the same, as after a copied profile, the context is not."""
    random = Seeded(2).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    session = bob.session
    device = b"d" * 16 if where == "another device" else session.our_device
    id_ = b"i" * 32 if where == "another session" else session.id
    to_other, to_alice = first_contact.contexts(id_, session.their_device, device)
    elsewhere = replace(session.ratchet, incoming=to_other, outgoing=to_alice)
    other = Talker(replace(session, ratchet=elsewhere), random, NOW, bob.identity)
    envelope = alice.says(b"for Bob")
    with pytest.raises(ForgedError):
        other.hears(envelope)
    assert bob.hears(envelope) == b"for Bob"


def test_an_envelope_opens_with_no_other_keys() -> None:
    random = Seeded(3).randbytes
    devices = [Device.draw(name, NOW, random) for name in ("alice", "bob", "carol")]
    alice, bob = meet(devices[0], devices[1], NOW, random)
    _, carol = meet(devices[0], devices[2], NOW, random)
    envelope = alice.says(b"for Bob")
    with pytest.raises(ForgedError):
        carol.hears(envelope)
    assert bob.hears(envelope) == b"for Bob"
