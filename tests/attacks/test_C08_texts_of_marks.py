"""C08: thousands of marks of code and of hidden words, open, closed and mixed."""

import re
from time import process_time

import pytest

from doorless_client.marks import blocks, spans, veiled
from doorless_client.tui.bubbles import Bubbles
from doorless_client.tui.glyphs import UNICODE
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
COUNT = 4_000
PIECES = ("||a ", "`", "|", "||", "`a", "`a ", "||a||", "`a` ", "```x\n", "```\n", "```\na\n")
LONGEST = 0.1
"""Seconds of the processor for one text, read; for one drawn, five times as many."""

NAIVE = re.compile(r"`.{0,4000}?`|\|\|\S.{0,4000}?\S\|\|")
"""Looks from every beginning far into the text."""


def least(work: object, *given: object) -> float:
    """Of some times: what else the machine does makes it longer, never shorter."""
    times = []
    for _ in range(2):
        start = process_time()
        work(*given)  # type: ignore[operator]
        times.append(process_time() - start)
    return min(times)


def read(text: str) -> None:
    for block in blocks(text):
        spans(block.text)
    veiled(text, cut=True)


@pytest.mark.attack(
    "C08",
    "of 4,000 marks all are found in time linear in the text",
    weaken={"doorless_client.marks._INLINE": NAIVE},
)
def test_thousands_of_marks_are_found_at_once() -> None:
    assert all(least(read, piece * COUNT) < LONGEST for piece in PIECES)


def test_thousands_of_marks_are_drawn_at_once() -> None:
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = Bubbles(60, UNICODE, lambda: NOW)
    for piece in PIECES:
        message = engine.arrive(bob, piece * COUNT, quiet=True)
        assert len(layout.rows(message, None)) == layout.height(message, None)
        assert least(layout.height, message, None) < LONGEST
        assert least(layout.rows, message, None) < 5 * LONGEST
