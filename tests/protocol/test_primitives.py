"""Our wrappers against vectors that others made, and against each other."""

from collections.abc import Iterator
from hashlib import sha3_256, shake_256
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import primitives
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.primitives import (
    KEM_SEED_SIZE,
    Kem768Public,
    KemSeed,
    X25519Private,
    X25519Public,
    XWingPrivate,
)


def cases(vectors: Any, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Groups and tests of a Wycheproof file."""
    for group in vectors(f"wycheproof/{name}_test.json")["testGroups"]:
        for case in group["tests"]:
            yield group, case


def unhex(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


# --- key derivation and authenticated encryption ---------------------------------------------


def test_hkdf(vectors) -> None:
    checked = 0
    for _, case in cases(vectors, "hkdf_sha256"):
        key, salt, info, expected = unhex(case, "ikm", "salt", "info", "okm")
        if case["result"] == "valid":
            assert primitives.hkdf(salt, key, info, case["size"]) == expected
            extracted = primitives.hkdf_extract(salt, key)
            assert primitives.hkdf_expand(extracted, info, case["size"]) == expected
            expander = primitives.hkdf_expander(info, case["size"])
            assert expander().derive(extracted) == expected
            checked += 1
    assert checked == 83


def test_extracting_is_one_hmac(vectors) -> None:
    checked = 0
    for group, case in cases(vectors, "hmac_sha256"):
        key, message, tag = unhex(case, "key", "msg", "tag")
        ours = primitives.hkdf_extract(key, message)[: group["tagSize"] // 8]
        assert primitives.same(ours, tag) == (case["result"] == "valid")
        checked += 1
    assert checked == 174


def test_chacha20_poly1305(vectors) -> None:
    checked = 0
    for _, case in cases(vectors, "chacha20_poly1305"):
        key, nonce, context, message = unhex(case, "key", "iv", "aad", "msg")
        sealed = b"".join(unhex(case, "ct", "tag"))
        if len(nonce) != primitives.NONCE_SIZE:
            continue  # our callers have fixed sizes; the library refuses others
        if case["result"] == "valid":
            assert primitives.aead_seal(key, nonce, message, context) == sealed
            assert primitives.aead_open(key, nonce, sealed, context) == message
        else:
            with pytest.raises(ForgedError):
                primitives.aead_open(key, nonce, sealed, context)
        checked += 1
    assert checked == 316


@given(st.binary(max_size=40))
def test_what_nobody_sealed_does_not_open(data) -> None:
    with pytest.raises(ForgedError):
        primitives.aead_open(bytes(32), bytes(12), data, b"")


def test_argon2id_is_the_one_that_others_compute() -> None:
    """libsodium's, against OpenSSL's: the RFC's own vectors have four lanes, we have one."""
    salt, mebibyte = b"sixteen bytes of", 1024 * 1024
    theirs = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=8 * 1024)
    assert primitives.argon2id(b"password", salt, 3, 8 * mebibyte) == theirs.derive(b"password")


# --- X25519 ----------------------------------------------------------------------------------


def test_x25519(vectors) -> None:
    """We take fewer keys than the libraries: one encoding of each, and none of small order."""
    taken = 0
    for _, case in cases(vectors, "x25519"):
        public, private, shared = unhex(case, "public", "private", "shared")
        second_form = public[31] & 0x80 or "NonCanonicalPublic" in case["flags"]
        if second_form or "LowOrderPublic" in case["flags"]:
            with pytest.raises(MalformedError):
                primitives.parse_x25519(public)
        else:
            theirs = primitives.parse_x25519(public)
            assert primitives.x25519(X25519Private(private), theirs) == shared
            taken += 1
    assert taken > 400


@given(st.binary(max_size=40))
def test_any_bytes_are_an_x25519_key_or_malformed(data) -> None:
    try:
        key = primitives.parse_x25519(data)
    except MalformedError:
        return
    assert key == data
    assert len(key) == 32
    assert int.from_bytes(key, "little") < 2**255 - 19


def test_two_sides_of_a_diffie_hellman_agree() -> None:
    ours, theirs = X25519Private(b"\x01" * 32), X25519Private(b"\x02" * 32)
    shared = primitives.x25519(ours, primitives.x25519_public(theirs))
    assert shared == primitives.x25519(theirs, primitives.x25519_public(ours))


# --- signatures ------------------------------------------------------------------------------


def test_ed25519(vectors) -> None:
    checked = 0
    for group, case in cases(vectors, "ed25519"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        message, signature = unhex(case, "msg", "sig")
        if case["result"] == "valid":
            assert primitives.parse_ed25519(public) == public
            primitives.ed25519_verify(public, message, signature)
        else:
            with pytest.raises(ForgedError):
                primitives.ed25519_verify(public, message, signature)
        checked += 1
    assert checked == 151


def test_ed25519_signs_what_it_verifies() -> None:
    public = primitives.ed25519_public(bytes(32))
    signature = primitives.ed25519_sign(bytes(32), b"message")
    primitives.ed25519_verify(public, b"message", signature)
    with pytest.raises(ForgedError):
        primitives.ed25519_verify(public, b"massage", signature)
    with pytest.raises(ForgedError):
        primitives.ed25519_verify(public[:31], b"message", signature)


@given(st.binary(max_size=40) | st.binary(min_size=32, max_size=32))
def test_any_bytes_are_an_ed25519_key_or_malformed(data) -> None:
    try:
        assert primitives.parse_ed25519(data) == data
    except MalformedError:
        return
    assert len(data) == 32


def test_mldsa65(vectors) -> None:
    checked = 0
    for group, case in cases(vectors, "mldsa_65_verify"):
        if "ctx" in case:
            continue  # we sign under the empty context only; labels are ours (§3.1)
        public = bytes.fromhex(group["publicKey"])
        message, signature = unhex(case, "msg", "sig")
        if case["result"] == "valid":
            primitives.mldsa65_verify(public, message, signature)
        else:
            with pytest.raises(ForgedError):
                primitives.mldsa65_verify(public, message, signature)
        checked += 1
    assert checked > 150


def test_mldsa65_signs_what_it_verifies(vectors) -> None:
    for group, case in cases(vectors, "mldsa_65_sign_seed"):
        seed = bytes.fromhex(group["privateSeed"])
        if len(seed) != primitives.SIGNING_SEED_SIZE or "msg" not in case or "ctx" in case:
            continue
        public, message = bytes.fromhex(group["publicKey"]), bytes.fromhex(case["msg"])
        assert primitives.mldsa65_public(seed) == public
        primitives.mldsa65_verify(public, message, primitives.mldsa65_sign(seed, message))


# --- ML-KEM ----------------------------------------------------------------------------------

KEMS: dict[int, dict[str, Any]] = {
    768: {
        "parse": primitives.parse_kem768,
        "public": primitives.kem768_public,
        "encapsulate": primitives.kem768_encapsulate,
        "decapsulate": primitives.kem768_decapsulate,
    },
    1024: {
        "parse": primitives.parse_kem1024,
        "public": primitives.kem1024_public,
        "encapsulate": primitives.kem1024_encapsulate,
        "decapsulate": primitives.kem1024_decapsulate,
    },
}


@pytest.mark.parametrize("size", KEMS)
def test_mlkem_decapsulates(vectors, size) -> None:
    """Among them CCTV's strcmp case, whose ciphertexts differ only behind a zero byte."""
    kem, valid = KEMS[size], 0
    for _, case in cases(vectors, f"mlkem_{size}"):
        seed, ciphertext = unhex(case, "seed", "c")
        if len(seed) != KEM_SEED_SIZE:
            continue  # our seeds are our own, and of one size
        if case["result"] == "valid":
            assert kem["public"](KemSeed(seed)) == bytes.fromhex(case["ek"])
            assert kem["decapsulate"](KemSeed(seed), ciphertext) == bytes.fromhex(case["K"])
            valid += 1
        else:
            with pytest.raises(MalformedError):
                kem["decapsulate"](KemSeed(seed), ciphertext)
    assert valid == 153


def test_mlkem_768_takes_only_valid_encapsulation_keys(vectors) -> None:
    results = {"valid": 0, "invalid": 0}
    for _, case in cases(vectors, "mlkem_768_encaps"):
        key = bytes.fromhex(case["ek"])
        if case["result"] == "valid":
            assert primitives.parse_kem768(key) == key
        else:
            with pytest.raises(MalformedError):
                primitives.parse_kem768(key)
        results[case["result"]] += 1
    assert results == {"valid": 133, "invalid": 132}


def test_mlkem_768_generates_the_standards_keys(vectors) -> None:
    for _, case in cases(vectors, "mlkem_768_keygen_seed"):
        seed, key = unhex(case, "seed", "ek")
        assert primitives.kem768_public(KemSeed(seed)) == key


@pytest.mark.parametrize("size", KEMS)
def test_mlkem_refuses_every_coefficient_above_the_modulus(vectors, size) -> None:
    keys = [line for line in vectors(f"cctv/ML-KEM/modulus/ML-KEM-{size}.txt.gz") if line]
    assert len(keys) > 700
    for key in keys:
        with pytest.raises(MalformedError):
            KEMS[size]["parse"](bytes.fromhex(key))


@pytest.mark.parametrize("size", KEMS)
def test_mlkem_round_trip_and_implicit_rejection(size) -> None:
    kem, seed = KEMS[size], KemSeed(bytes(range(64)))
    secret, ciphertext = kem["encapsulate"](kem["public"](seed))
    assert kem["decapsulate"](seed, ciphertext) == secret
    altered = kem["decapsulate"](seed, bytes((ciphertext[0] ^ 1,)) + ciphertext[1:])
    assert len(altered) == 32
    assert altered != secret


@pytest.mark.parametrize("size", KEMS)
@given(data=st.binary(max_size=1700))
def test_any_bytes_are_no_mlkem_key(size, data) -> None:
    """Random ones practically never: some coefficient is above the modulus."""
    with pytest.raises(MalformedError):
        KEMS[size]["parse"](data)


# --- X-Wing and HPKE ---------------------------------------------------------------------------


def expand_xwing(seed: bytes) -> XWingPrivate:
    """The draft keeps 32 bytes and expands them; we keep what they expand to."""
    return XWingPrivate(shake_256(seed).digest(96))


def xwing_decapsulate(ours: XWingPrivate, encapsulated: bytes) -> bytes:
    """Written from the draft, to check the library's against."""
    ours_kem = KemSeed(ours[:KEM_SEED_SIZE])
    ours_curve = X25519Private(ours[KEM_SEED_SIZE:])
    kem, curve = encapsulated[:1088], X25519Public(encapsulated[1088:])
    return sha3_256(
        primitives.kem768_decapsulate(ours_kem, kem)
        + primitives.x25519(ours_curve, curve)
        + curve
        + primitives.x25519_public(ours_curve)
        + rb"\.//^\ "[:-1]
    ).digest()


def hpke_key_and_nonce(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180 §5.1 in base mode, for the one suite that we use."""
    suite = b"HPKE" + bytes.fromhex("647a00010003")

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return primitives.hkdf_extract(salt, b"HPKE-v1" + suite + label + secret)

    def expand(key: bytes, label: bytes, context: bytes, size: int) -> bytes:
        labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return primitives.hkdf_expand(key, labelled, size)

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)


def test_xwing_keys_are_the_drafts(vectors) -> None:
    for case in vectors("xwing/test-vectors.json"):
        ours = expand_xwing(bytes.fromhex(case["sk"]))
        assert primitives.xwing_public(ours) == bytes.fromhex(case["pk"])
        assert xwing_decapsulate(ours, bytes.fromhex(case["ct"])) == bytes.fromhex(case["ss"])


def test_an_independent_reading_of_hpke_opens_what_we_seal(vectors) -> None:
    """It is right about the vectors of our suite, and it opens what our wrapper sealed."""
    [case] = [
        case
        for case in vectors("cryptography_vectors/HPKE/hpke-pq-test-vectors.json")
        if (case["kem_id"], case["kdf_id"], case["aead_id"]) == (0x647A, 1, 3)
    ]
    info = bytes.fromhex(case["info"])
    ours = expand_xwing(bytes.fromhex(case["skRm"]))
    public = primitives.xwing_public(ours)
    assert public == bytes.fromhex(case["pkRm"])
    shared = xwing_decapsulate(ours, bytes.fromhex(case["enc"]))
    assert shared == bytes.fromhex(case["shared_secret"])
    key, nonce = hpke_key_and_nonce(shared, info)
    assert (key, nonce) == (bytes.fromhex(case["key"]), bytes.fromhex(case["base_nonce"]))
    first = case["encryptions"][0]
    assert primitives.aead_seal(key, nonce, *unhex(first, "pt", "aad")).hex() == first["ct"]

    sealed = primitives.hpke_seal(public, info, b"first contact")
    key, nonce = hpke_key_and_nonce(xwing_decapsulate(ours, sealed[:1120]), info)
    assert primitives.aead_open(key, nonce, sealed[1120:], b"") == b"first contact"


def test_hpke_opens_only_what_was_sealed_to_this_key_for_this_use() -> None:
    ours, other = expand_xwing(b"\x01" * 32), expand_xwing(b"\x02" * 32)
    sealed = primitives.hpke_seal(primitives.xwing_public(ours), b"info", b"hello")
    assert len(sealed) == len(b"hello") + primitives.HPKE_OVERHEAD
    assert primitives.hpke_open(ours, b"info", sealed) == b"hello"
    wrong = [
        (other, b"info", sealed),
        (ours, b"other", sealed),
        (ours, b"info", sealed + b"\0"),
        (ours, b"info", sealed[:-1]),
        (ours, b"info", b""),
    ]
    wrong += [
        (ours, b"info", sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :])
        for at in (0, 1087, 1088, 1119, 1120, len(sealed) - 1)
    ]
    for key, info, data in wrong:
        with pytest.raises(ForgedError):
            primitives.hpke_open(key, info, data)


@given(st.binary(max_size=1300))
def test_any_bytes_are_no_xwing_key(data) -> None:
    with pytest.raises(MalformedError):
        primitives.parse_xwing(data)


def test_an_xwing_key_is_strict_in_both_halves() -> None:
    public = primitives.xwing_public(expand_xwing(bytes(32)))
    assert primitives.parse_xwing(public) == public
    for wrong in (
        public[:-1],
        public + b"\0",
        public[:1184] + bytes(32),
        public[:-1] + bytes((public[-1] | 0x80,)),
        b"\xff" * 1184 + public[1184:],
    ):
        with pytest.raises(MalformedError):
            primitives.parse_xwing(wrong)


def test_a_key_of_another_kem_is_not_taken() -> None:
    small, large = KEMS[768]["public"](KemSeed(bytes(64))), KEMS[1024]["public"](KemSeed(bytes(64)))
    with pytest.raises(MalformedError):
        primitives.parse_kem1024(Kem768Public(small))
    with pytest.raises(MalformedError):
        primitives.parse_kem768(large)


def test_a_key_that_is_kept_is_its_bytes() -> None:
    one, again, other = (primitives.HeaderKey(raw * 32) for raw in (b"k", b"k", b"l"))
    assert one == again
    assert one != other
    assert {one, again, other} == {one, other}
    assert one != primitives.AgreementKey(b"k" * 32)
