import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log import vrf
from doorless_protocol.log.vrf import PROOF_SIZE, VrfKey, parse_vrf_public, verify
from doorless_protocol.log_primitives import GROUP_ORDER, in_prime_group, times_cofactor

KEY = VrfKey.from_seed(bytes(range(32)))
PROOF = KEY.prove(b"alice")
FIELD = 2**255 - 19

SMALL_ORDER = [
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
]


def test_the_vectors_of_rfc_9381_hold_in_every_intermediate_value(vectors, monkeypatch) -> None:
    cases = vectors("rfc9381-ecvrf/tai.json")["vectors"]
    assert [case["example"] for case in cases] == [16, 17, 18]
    challenged = []
    real = vrf.challenge_of
    monkeypatch.setattr(
        vrf, "challenge_of", lambda *points: challenged.append(points) or real(*points)
    )
    for case in cases:
        hexes = {name: bytes.fromhex(text) for name, text in case.items() if name not in OTHER}
        key, alpha = VrfKey.from_seed(hexes["SK"]), hexes["alpha"]
        assert key.public == hexes["PK"]
        assert vrf.encode_to_curve(key.public, alpha) == hexes["H"]
        assert key.prove(alpha) == hexes["pi"]
        assert verify(parse_vrf_public(key.public), alpha, hexes["pi"]) == hexes["beta"]
        expected = (hexes["PK"], hexes["H"], hexes["pi"][:32], hexes["U"], hexes["V"])
        assert challenged == [expected, expected]  # the prover's and the verifier's
        challenged.clear()


OTHER = {"example", "ctr"}


def test_a_proof_as_drafts_before_rfc_9381_made_it_is_refused(vectors, monkeypatch) -> None:
    """Without the key in its challenge: the same Gamma and output, other c and s."""
    real = vrf.challenge_of
    for case, draft in zip(vectors("rfc9381-ecvrf/tai.json")["vectors"], DRAFT_10, strict=True):
        key, alpha = VrfKey.from_seed(bytes.fromhex(case["SK"])), bytes.fromhex(case["alpha"])
        with monkeypatch.context() as before:
            before.setattr(vrf, "challenge_of", lambda _, *points: real(b"", *points))
            old = key.prove(alpha)
            assert verify(key.public, alpha, old).hex() == case["beta"]
        assert old[32:36].hex().startswith(draft)
        assert old[:32].hex() == case["pi"][:64]
        with pytest.raises(ProofError):
            verify(key.public, alpha, old)


DRAFT_10 = ("5e8bd183", "", "")
"""How c began in the published vectors of draft-irtf-cfrg-vrf-10."""


@settings(max_examples=15)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_a_label_has_one_output_and_its_proof_serves_no_other(alpha, other) -> None:
    proof = KEY.prove(alpha)
    assert proof == KEY.prove(alpha)
    output = verify(KEY.public, alpha, proof)
    assert len(output) == 64
    if other != alpha:
        with pytest.raises(ProofError):
            verify(KEY.public, other, proof)


def test_another_key_gives_another_output_and_its_proof_is_refused() -> None:
    other = VrfKey.from_seed(bytes(32))
    with pytest.raises(ProofError):
        verify(other.public, b"alice", PROOF)
    assert verify(other.public, b"alice", other.prove(b"alice")) != verify(
        KEY.public, b"alice", PROOF
    )


@pytest.mark.parametrize("at", range(PROOF_SIZE))
def test_every_byte_of_a_proof_counts(at: int) -> None:
    changed = bytearray(PROOF)
    changed[at] ^= 1
    with pytest.raises(ProofError):
        verify(KEY.public, b"alice", bytes(changed))


@pytest.mark.parametrize("size", [0, 79, 81, 160])
def test_a_proof_has_80_bytes(size: int) -> None:
    with pytest.raises(ProofError, match="bytes"):
        verify(KEY.public, b"alice", PROOF.ljust(size, b"\0")[:size])


def test_s_has_one_encoding() -> None:
    for response in (int.from_bytes(PROOF[48:], "little") + GROUP_ORDER, GROUP_ORDER):
        with pytest.raises(ProofError, match="order"):
            verify(KEY.public, b"alice", PROOF[:48] + response.to_bytes(32, "little"))


@pytest.mark.parametrize("challenge", [bytes(16), PROOF[32:48]])
@pytest.mark.parametrize("response", [bytes(32), PROOF[48:]])
def test_zero_for_c_or_s_is_refused(challenge: bytes, response: bytes) -> None:
    if challenge + response != PROOF[32:]:
        with pytest.raises(ProofError):
            verify(KEY.public, b"alice", PROOF[:32] + challenge + response)


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_points_of_small_order_are_neither_key_nor_gamma(point: bytes) -> None:
    assert times_cofactor(point) is None
    with pytest.raises(MalformedError):
        parse_vrf_public(point)
    with pytest.raises(ProofError, match="Gamma"):
        verify(KEY.public, b"alice", point + PROOF[32:])
    with pytest.raises(ProofError, match="small order"):
        vrf.output_of(point)


def test_a_point_of_mixed_order_is_neither_key_nor_gamma() -> None:
    """Eight times it is the honest Gamma's eightfold: it would give the same output twice."""
    from nacl.bindings import crypto_core_ed25519_add

    mixed = crypto_core_ed25519_add(PROOF[:32], SMALL_ORDER[3])
    assert times_cofactor(mixed) == times_cofactor(PROOF[:32])
    assert not in_prime_group(mixed)
    with pytest.raises(ProofError, match="Gamma"):
        verify(KEY.public, b"alice", mixed + PROOF[32:])
    with pytest.raises(MalformedError):
        parse_vrf_public(mixed)


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_a_second_encoding_of_a_point_is_none(y: int, sign: int) -> None:
    data = (y | sign << 255).to_bytes(32, "little")
    assert times_cofactor(data) is None
    with pytest.raises(MalformedError):
        parse_vrf_public(data)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(MalformedError, match="VRF key"):
        parse_vrf_public(KEY.public.ljust(size, b"\0")[:size])
    with pytest.raises(ValueError, match="seed"):
        VrfKey.from_seed(bytes(size))


def test_a_label_whose_every_attempt_fails_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(vrf, "times_cofactor", lambda _: None)
    with pytest.raises(ProofError, match="no point"):
        vrf.encode_to_curve(KEY.public, b"alice")
