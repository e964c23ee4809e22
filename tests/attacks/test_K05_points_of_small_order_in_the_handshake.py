from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol import primitives
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import X25519Public

NOW = 1_800_000_000
PRIME = 2**255 - 19
SMALL_ORDER = [
    0,
    1,
    0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
    0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
    PRIME - 1,
    PRIME,
    PRIME + 1,
]
"""Five u-coordinates, and the two that have a second encoding below 2^255."""


def zero_for_all(ours, theirs):
    """What a library without the check of RFC 7748 §6.1 gives."""
    try:
        return x25519(ours, theirs)
    except MalformedError:
        return bytes(32)


x25519 = primitives.x25519


@pytest.mark.attack(
    "K05",
    "an initial message whose EKa forces every agreement to zero is refused",
    weaken={
        "doorless_protocol.envelope.parse_x25519": lambda data: data,
        "doorless_protocol.handshake.x25519": zero_for_all,
    },
)
@pytest.mark.parametrize("u", SMALL_ORDER)
def test_an_ephemeral_key_of_small_order_is_refused(monkeypatch, u) -> None:
    random = Seeded(u).randbytes
    eve, bob = (Device.draw(name, NOW, random) for name in ("eve", "bob"))
    envelope = contact_with(X25519Public(u.to_bytes(32, "little")), eve, bob, random, monkeypatch)
    with pytest.raises(MalformedError):
        bob.accept(bob.unseal(envelope), NOW)


def contact_with(point, eve, bob, random, monkeypatch) -> bytes:
    """Eve says that `point` is her ephemeral key, and computes what follows from it."""
    ours = eve.us.device.identity
    with monkeypatch.context() as patch:
        patch.setattr("doorless_protocol.handshake.x25519_public", lambda private: point)
        patch.setattr(
            "doorless_protocol.handshake.x25519",
            lambda private, theirs: x25519(private, theirs) if private == ours else bytes(32),
        )
        session = eve.contact(bob, NOW, random)
    return session.seal(b"no secret", random)[1]
