"""K17: keys and ciphertexts of ML-KEM that no honest program makes, from others' vectors.

Wycheproof (lengths, moduli, implicit rejection, strcmp) and CCTV (each coefficient above the
modulus, in each place). Keys are held as seeds alone, so there is no expanded private key to
validate (FIPS 203 §7.3 on `dk`): no function of ours takes one, and vectors that bring one (CCTV's
strcmp, Wycheproof's semi-expanded keys) have nothing to be given to. Wycheproof has the strcmp case
with a seed, too. CCTV's intermediate values are of the draft before FIPS 203: other keys.
"""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol import primitives
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import KEM_SEED_SIZE, Kem768Public, Kem1024Public, KemSeed

VECTORS = Path(
    os.environ.get("DOORLESS_VECTORS", Path(__file__).resolve().parents[3] / "shared" / "vectors")
)
PARSE = {768: "parse_kem768", 1024: "parse_kem1024"}
DECAPSULATE = {768: "kem768_decapsulate", 1024: "kem1024_decapsulate"}
PUBLIC = {768: "kem768_public", 1024: "kem1024_public"}
SIZES = {768: (1184, 1088), 1024: (1568, 1568), 512: (800, 768)}


def call(names: dict[int, str], size: int, *values: bytes) -> Any:
    """By name, so that a twin's replacement is what is called."""
    return getattr(primitives, names[size])(*values)


def read(name: str) -> bytes:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"test vectors {name} are not beside the repository")
    return path.read_bytes()


def wycheproof(name: str) -> Iterator[dict[str, Any]]:
    for group in json.loads(read(f"wycheproof/{name}_test.json"))["testGroups"]:
        yield from group["tests"]


def unchecked_keys() -> dict[str, Any]:
    return {
        "doorless_protocol.primitives.parse_kem768": Kem768Public,
        "doorless_protocol.primitives.parse_kem1024": Kem1024Public,
    }


@pytest.mark.attack(
    "K17",
    "a key with any coefficient at or above the modulus is refused",
    weaken=unchecked_keys(),
)
@pytest.mark.parametrize("size", PARSE)
def test_every_coefficient_is_below_the_modulus(size: int) -> None:
    lines = gzip.decompress(read(f"cctv/ML-KEM/modulus/ML-KEM-{size}.txt.gz")).decode().split()
    assert len(lines) > 700
    for line in lines:
        with pytest.raises(MalformedError):
            call(PARSE, size, bytes.fromhex(line))


@pytest.mark.attack(
    "K17",
    "keys are refused and taken as Wycheproof says",
    weaken=unchecked_keys(),
)
def test_wycheproofs_encapsulation_keys() -> None:
    results = {"valid": 0, "invalid": 0}
    for case in wycheproof("mlkem_768_encaps"):
        key = bytes.fromhex(case["ek"])
        results[case["result"]] += 1
        if case["result"] == "valid":
            assert call(PARSE, 768, key) == key
        else:
            with pytest.raises(MalformedError):
                call(PARSE, 768, key)
    assert results == {"valid": 133, "invalid": 132}


def any_ciphertext(size: int) -> Any:
    honest = getattr(primitives, DECAPSULATE[size])

    def decapsulate(ours: KemSeed, ciphertext: bytes) -> bytes:
        """Takes what came, filled up or cut."""
        room = SIZES[size][1]
        secret: bytes = honest(ours, ciphertext[:room].ljust(room, b"\0"))
        return secret

    return decapsulate


@pytest.mark.attack(
    "K17",
    "ciphertexts of another length are refused, all others decapsulate as the standard says",
    weaken={
        f"doorless_protocol.primitives.{name}": any_ciphertext(size)
        for size, name in DECAPSULATE.items()
    },
)
@pytest.mark.parametrize("size", DECAPSULATE)
def test_wycheproofs_ciphertexts(size: int) -> None:
    results = {"valid": 0, "invalid": 0}
    for case in wycheproof(f"mlkem_{size}"):
        seed, ciphertext = bytes.fromhex(case["seed"]), bytes.fromhex(case["c"])
        if len(seed) != KEM_SEED_SIZE:
            continue  # our seeds are our own, and of one size
        results[case["result"]] += 1
        if case["result"] == "valid":  # implicit rejection and the strcmp case among them
            assert call(PUBLIC, size, seed).hex() == case["ek"]
            assert call(DECAPSULATE, size, seed, ciphertext).hex() == case["K"]
        else:
            with pytest.raises(MalformedError):
                call(DECAPSULATE, size, seed, ciphertext)
    assert results["valid"] == 153
    assert results["invalid"] > 0


@pytest.mark.attack(
    "K17",
    "a key of one parameter set is not taken for one of another",
    weaken=unchecked_keys(),
)
@pytest.mark.parametrize("size", PARSE)
@pytest.mark.parametrize("other", SIZES)
def test_a_key_of_another_parameter_set_is_refused(size: int, other: int) -> None:
    length = 800 if other == 512 else len(call(PUBLIC, other, bytes(range(64))))
    key = bytes(length) if other == 512 else call(PUBLIC, other, bytes(range(64)))
    for wrong in {key, key[:-1], key + b"\0"} if other == size else {key}:
        if wrong == key and other == size:
            continue
        with pytest.raises(MalformedError):
            call(PARSE, size, wrong)
