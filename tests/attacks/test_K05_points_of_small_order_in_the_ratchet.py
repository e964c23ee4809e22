from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import AgreementKey, X25519Public
from doorless_protocol.ratchet.double import Double, _turn

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
agree = AgreementKey.agree


def zero_for_all(ours, theirs):
    """What a library without the check of RFC 7748 §6.1 gives."""
    try:
        return agree(ours, theirs)
    except MalformedError:
        return bytes(32)


@pytest.mark.attack(
    "K05",
    "a ratchet key that forces the agreement to zero is refused and changes nothing",
    weaken={"doorless_protocol.primitives.AgreementKey.agree": zero_for_all},
)
@pytest.mark.parametrize("u", SMALL_ORDER)
def test_a_ratchet_key_of_small_order_changes_nothing(u) -> None:
    random = Seeded(u).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    alice.hears(bob.says(b"your turn"))
    honest = alice.session
    alice.session = turned_with(X25519Public(u.to_bytes(32, "little")), honest)
    before = bob.session
    with pytest.raises(MalformedError):
        bob.hears(alice.says(b"no secret"))
    assert bob.session is before
    alice.session = honest
    assert bob.hears(alice.says(b"good")) == b"good"


def turned_with(point, session):
    """A turn under `point`, with the zero that it makes of every agreement."""
    keys, epochs = session.ratchet.double.keys, session.ratchet.epochs
    root, chain, next_out = _turn(keys.root, bytes(32), epochs.turn_secret_of(session.epoch))
    previous = session.ratchet.double.sending.number
    turned = replace(
        keys,
        root=root,
        public=point,
        out_key=keys.next_out_key,
        next_out_key=next_out,
        previous=previous,
        began=session.epoch,
        due=False,
    )
    double = Double(turned, chain, session.ratchet.double.receiving)
    return replace(session, ratchet=replace(session.ratchet, double=double))
