from random import Random as Seeded

import pytest

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import ForgedError
from doorless_protocol.ratchet.hop import EMPTY

NOW = 1_800_000_000


def reads_anything(prk, envelope, incoming) -> tuple[bytes, bytes]:
    return EMPTY, b""


@pytest.mark.attack(
    "R07",
    "a spoilt envelope leaves the very same state, and the next honest one opens",
    weaken={"doorless_protocol.ratchet.triple.read": reads_anything},
)
@pytest.mark.parametrize("kind", ["in its chain", "first of a turn", "over a gap", "late"])
def test_a_spoilt_envelope_changes_nothing(kind) -> None:
    random = Seeded(7).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    if kind == "first of a turn":
        alice.hears(bob.says(b"your turn"))
    if kind == "over a gap":
        for _ in range(3):
            alice.says(b"lost")
    envelope = alice.says(b"whole")
    if kind == "late":
        bob.hears(alice.says(b"on time"))
    before = bob.session
    dice = Seeded(8)
    front = [bit for at in range(84) for bit in (8 * at + dice.randrange(8),)]
    rest = [dice.randrange(84 * 8, len(envelope) * 8) for _ in range(150)]
    ends = [0, len(envelope) * 8 - 1]
    for bit in (*front, *rest, *ends):
        spoilt = bytearray(envelope)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ForgedError):
            bob.hears(bytes(spoilt))
        assert bob.session is before
    assert bob.hears(envelope) == b"whole"
