"""What the model takes ML-KEM for is what ML-KEM does: one test for both."""

import pytest

from doorless_lab.hop_model.symbolic import (
    Coins,
    SymbolicDecapsulationKey,
    SymbolicEncapsulationKey,
    symbolic_kem,
    table,
)
from doorless_protocol.primitives import DecapsulationKey, EncapsulationKey
from doorless_protocol.ratchet import hop

BOTH = [
    (DecapsulationKey, EncapsulationKey),
    (SymbolicDecapsulationKey, SymbolicEncapsulationKey),
]


@pytest.mark.parametrize(("ours", "theirs"), BOTH)
def test_what_the_model_takes_ml_kem_for(ours, theirs) -> None:
    table.coins = Coins("a test")
    key, other = ours(bytes(64)), ours(bytes([1]) * 64)
    secret, ciphertext = theirs(key.public()).encapsulate()
    again, another = theirs(key.public()).encapsulate()
    assert (len(key.public()), len(ciphertext), len(secret)) == (1184, 1088, 32)
    assert key.public() == ours(bytes(64)).public() != other.public()
    assert key.decapsulate(ciphertext) == secret
    assert (again, another) != (secret, ciphertext)
    spoilt = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]
    rejected = key.decapsulate(spoilt)  # another secret, and no error
    assert len({secret, again, rejected, other.decapsulate(ciphertext)}) == 4
    assert key.decapsulate(spoilt) == rejected
    assert key == ours(bytes(64)) != other
    assert hash(key) == hash(ours(bytes(64)))


def test_it_is_in_place_only_while_the_model_runs() -> None:
    with symbolic_kem():
        assert hop.DecapsulationKey is SymbolicDecapsulationKey
        assert hop.EncapsulationKey is SymbolicEncapsulationKey
    assert (hop.DecapsulationKey, hop.EncapsulationKey) == (DecapsulationKey, EncapsulationKey)


def test_a_draw_is_nobody_elses_and_no_other_draw() -> None:
    first, second = Coins("first"), Coins("second")
    drawn = [first.draw(32), first.draw(32), second.draw(32), Coins("first").draw(32)]
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3
    assert len(first.draw(64)) == 64
