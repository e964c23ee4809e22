"""The chunks of the comparison are real ones: others' vectors, and any k of them do."""

import json
import os
from pathlib import Path
from random import Random as Seeded
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_lab.healing.erasure import CHUNK, CODEWORDS, decode, encode, needed
from doorless_lab.healing.gf65536 import divide, interpolate, multiply

TACENTA = (
    Path(os.environ.get("DOORLESS_VECTORS", Path(__file__).resolve().parents[3] / "shared/vectors"))
    / "tacenta"
)


def vectors(name: str) -> list[dict[str, Any]]:
    path = TACENTA / name
    if not path.exists():
        pytest.skip(f"test vectors {name} are not beside the repository")
    found: list[dict[str, Any]] = json.loads(path.read_text())["vectors"]
    return found


def split(joined: str, size: int) -> list[bytes]:
    data = bytes.fromhex(joined)
    return [data[at : at + size] for at in range(0, len(data), size)]


def numbers(joined: str) -> list[int]:
    return [int.from_bytes(each, "big") for each in split(joined, 2)]


def test_products_are_those_of_others() -> None:
    cases = vectors("gf.json")
    for case in cases:
        left, right = int(case["inputs"]["a"], 16), int(case["inputs"]["b"], 16)
        assert multiply(left, right) == multiply(right, left) == int(case["output"], 16), case["id"]
    assert len(cases) == 8


def test_polynomials_go_where_those_of_others_go() -> None:
    cases = vectors("interp.json")
    for case in cases:
        inputs = case["inputs"]
        at, value = int(inputs["x"], 16), int(case["output"], 16)
        assert interpolate(numbers(inputs["nodes"]), numbers(inputs["values"]), at) == value
    assert len(cases) == 5


def test_values_come_back_from_the_chunks_of_others() -> None:
    cases = vectors("erasure-decode-subset.json")
    for case in cases:
        codewords = [
            (int.from_bytes(each[:2], "big"), each[2:])
            for each in split(case["inputs"]["codewords"], 2 + CHUNK)
        ]
        expected = bytes.fromhex(case["output"]) if "output" in case else None
        assert decode(int(case["inputs"]["size"], 16), codewords) == expected, case["id"]
    assert len(cases) == 9


def test_our_chunks_are_those_of_others() -> None:
    """Those of the vectors that hold whole values and no spoilt chunk."""
    seen = 0
    for case in vectors("erasure-decode-subset.json"):
        if "output" not in case or "corrupt" in case["id"] or "ignored" in case["id"]:
            continue
        for each in split(case["inputs"]["codewords"], 2 + CHUNK):
            value, index = bytes.fromhex(case["output"]), int.from_bytes(each[:2], "big")
            assert encode(value, index) == each[2:], case["id"]
            seen += 1
    assert seen > 10


@given(st.integers(1, 65535), st.integers(0, 65535))
def test_division_undoes_multiplication(divisor: int, other: int) -> None:
    assert divide(multiply(other, divisor), divisor) == other


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 2**32))
def test_any_chunks_that_are_enough_give_the_value_back(value: bytes, seed: int) -> None:
    dice, count = Seeded(seed), needed(len(value))
    some = [(at, encode(value, at)) for at in dice.sample(range(CODEWORDS), count)]
    assert decode(len(value), some) == value
    assert decode(len(value), some[1:]) is None
    assert decode(len(value), some[1:] + some[1:]) is None
