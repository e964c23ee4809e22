"""Fingerprints that a class can compare: words, colour, shape."""

from hypothesis import given
from hypothesis import strategies as st

from doorless_lab.web.fingerprint import COLOURS, SHAPES, mark, marks


@given(st.binary(min_size=16, max_size=64))
def test_a_fingerprint_has_its_mark_and_always_the_same(raw: bytes) -> None:
    found = mark(raw.hex())
    assert found == mark(raw.hex())
    assert len(found.words) == 4
    assert found.colour in COLOURS
    assert found.shape in SHAPES
    assert marks(f"key {raw.hex()}, again {raw.hex()}") == (found,)


@given(st.binary(min_size=6, max_size=6), st.integers(0, 43))
def test_one_bit_in_the_first_44_changes_a_word(raw: bytes, bit: int) -> None:
    other = (int.from_bytes(raw, "big") ^ 1 << 47 - bit).to_bytes(6, "big")
    rest = bytes(10)
    assert mark((raw + rest).hex()).words != mark((other + rest).hex()).words


def test_words_and_short_numbers_are_no_fingerprints() -> None:
    assert marks("deadbeef, 24 of 24, a" * 3) == ()
    assert marks("x" + "0" * 64) == ()
