"""What the machine of 2040 finds, and what it does not."""

from random import Random

from doorless_lab.oracle import Oracle, RememberedRandom
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.primitives import kem768_public, x25519_public


def test_it_finds_the_half_that_it_breaks_and_zeros_for_the_other() -> None:
    drawn = RememberedRandom(Random(1).randbytes)
    keys = DeviceKeys.draw(drawn)
    curve, lattice = x25519_public(keys.identity), kem768_public(keys.kem)
    quantum = Oracle(drawn, curves=True, lattices=False)
    assert quantum.guess(curve) == keys.identity == quantum.private(curve)
    assert quantum.seed(lattice) == bytes(64)
    assert quantum.seeds == []
    other = Oracle(drawn, curves=False, lattices=True)
    assert other.guess(curve) == bytes(32)
    assert other.private(curve) is None
    assert other.seed(lattice) == keys.kem


def test_it_knows_no_key_that_was_drawn_elsewhere() -> None:
    drawn = RememberedRandom(Random(2).randbytes)
    stranger = DeviceKeys.draw(Random(3).randbytes)
    oracle = Oracle(drawn, curves=True, lattices=True)
    assert oracle.private(x25519_public(stranger.identity)) is None
