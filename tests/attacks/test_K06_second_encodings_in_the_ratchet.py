from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, meet
from doorless_protocol.errors import MalformedError

NOW = 1_800_000_000
TOP_BIT = 2**255


@pytest.mark.attack(
    "K06",
    "a ratchet key has one encoding: another one of the same point changes nothing",
    weaken={"doorless_protocol.primitives.refuse_second_encoding": lambda data: None},
)
def test_another_encoding_of_a_ratchet_key_changes_nothing() -> None:
    random = Seeded(6).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    alice.hears(bob.says(b"your turn"))
    honest, _ = alice.session.seal(b"turns", random)
    keys = honest.ratchet.double.keys
    again = (int.from_bytes(keys.public, "little") | TOP_BIT).to_bytes(32, "little")
    double = replace(honest.ratchet.double, keys=replace(keys, public=again))
    alice.session = replace(honest, ratchet=replace(honest.ratchet, double=double))
    before = bob.session
    with pytest.raises(MalformedError):
        bob.hears(alice.says(b"the same secret"))
    assert bob.session is before
    alice.session = honest
    assert bob.hears(alice.says(b"good")) == b"good"
