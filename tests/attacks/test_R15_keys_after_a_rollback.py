from random import Random as Seeded

import pytest

from doorless_lab.pair import Device, meet
from doorless_protocol.primitives import hkdf_expand, sha3_256
from doorless_protocol.ratchet import triple

NOW = 1_800_000_000
aead_seal = triple.aead_seal


def without_the_nonce(prk, nonce, context):
    keys = hkdf_expand(prk, b"doorless/1 message" + sha3_256(context[:65]), 64)
    return keys[:32], keys[32:]


@pytest.mark.attack(
    "R15",
    "a state that was rolled back and seals again repeats no key, no nonce and no commitment",
    weaken={"doorless_protocol.ratchet.triple.message_keys": without_the_nonce},
)
def test_a_rolled_back_state_repeats_nothing(monkeypatch) -> None:
    random = Seeded(15).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    used: list[tuple[bytes, bytes]] = []

    def recorded(key, nonce, plain, context):
        used.append((key, nonce))
        return aead_seal(key, nonce, plain, context)

    monkeypatch.setattr(triple, "aead_seal", recorded)
    envelopes = []
    for turn in range(5):
        held = alice.session
        for _ in range(3):  # a crash before the commit, and another one
            alice.session = held
            envelopes += [alice.says(b"text %d" % at) for at in range(4)]
        bob.hears(envelopes[-4])
        alice.hears(bob.says(b"turn %d" % turn))
    assert len(used) == 65
    assert len({key for key, _ in used}) == len(used)
    assert len({nonce for _, nonce in used}) == len(used)
    assert len({envelope[84:116] for envelope in envelopes}) == len(envelopes)
