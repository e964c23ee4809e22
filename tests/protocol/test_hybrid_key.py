"""The hybrid key of a message is that of another triple ratchet, up to its label.

Both extract with the post-quantum key as the salt and the classical one as the secret; the
other one expands to 32 bytes with a fixed text, ours with nonce, associated data and a text of
its own. So what can be held against others' vectors is the extraction, and the order in it.
Their braid's keys and authenticators follow another key schedule and another KEM (ML-KEM-1024):
nothing of ours could agree with them.
"""

from random import Random as Seeded

import pytest

from doorless_lab.ratchets import talking
from doorless_protocol.primitives import hkdf_expand
from doorless_protocol.ratchet import triple
from doorless_protocol.ratchet.chain import Chain

THEIR_INFO = b"Tacenta_CURVE25519_SHA-256_MLKEM1024"
IDS = ("distinct-inputs", "swapped", "equal-inputs", "zero-classical", "zero-post-quantum")


@pytest.mark.parametrize("name", IDS)
def test_a_message_is_sealed_and_opened_under_the_hybrid_key_of_others(
    name: str, vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {case["id"]: case for case in vectors("tacenta/triple.json")["vectors"]}
    inputs = cases[name]["inputs"]
    classical, post_quantum = (bytes.fromhex(inputs[key]) for key in ("mk_ec", "mk_pq"))
    alice, bob = talking(Seeded(1).randbytes)
    ours = {
        id(alice.state.epochs.sending): post_quantum,
        id(bob.state.epochs.receiving): post_quantum,
    }
    step, message_keys, prks = Chain.step, triple.message_keys, []

    def stepped(chain: Chain) -> tuple[Chain, bytes]:
        return step(chain)[0], ours.get(id(chain), classical)

    def recorded(prk: bytes, nonce: bytes, context: bytes) -> tuple[bytes, bytes]:
        prks.append(prk)
        return message_keys(prk, nonce, context)

    monkeypatch.setattr(Chain, "step", stepped)
    monkeypatch.setattr(triple, "message_keys", recorded)
    assert bob.hears(alice.says(b"text")) == b"text"
    expected = bytes.fromhex(cases[name]["output"])
    assert [hkdf_expand(prk, THEIR_INFO, 32) for prk in prks] == [expected, expected]


def test_every_vector_is_used(vectors) -> None:
    assert tuple(case["id"] for case in vectors("tacenta/triple.json")["vectors"]) == IDS
