"""P07: a text made so that cleaning it takes forever."""

import time

import pytest

from doorless_client.text import safe


@pytest.mark.attack(
    "P07",
    "hostile text of 100 kB is made harmless in a fraction of a second",
    weaken={"doorless_client.text._thin_marks": lambda text: text},
)
@pytest.mark.parametrize("text", ["a" + "\u0301\u0323" * 50_000], ids=["unsorted marks"])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    safe(text)
    assert time.process_time() - started < 0.5
