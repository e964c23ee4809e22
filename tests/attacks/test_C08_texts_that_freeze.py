"""C08: texts that are made to be slow, or to pile up over other lines."""

import random
import unicodedata
from functools import partial

import pytest

from doorless_client import text
from doorless_client.text import MAX_COMBINING, safe
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_lab.fake_engine import FakeEngine
from pace import is_quick

NOW = 1_800_023_490
TEXTS = 1_000
LONGEST = 0.05
"""Seconds of the processor for one of them, measured and drawn."""

PIECES = (
    "e",
    "\u0301",
    "\u0489",
    " ",
    "\n",
    "漢",
    "👩\u200d🚀",
    "\ufe0f",
    "://",
    "https://a.b/",
    ":",
)


def hostile(chosen: random.Random) -> str:
    pieces = chosen.choices(PIECES, k=chosen.randrange(1, 6))
    return "".join(piece * chosen.choice((1, 3, 40, 800)) for piece in pieces)


def piled(shown: str) -> int:
    """The longest run of combining marks."""
    longest = run = 0
    for character in shown:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    return longest


@pytest.mark.attack(
    "C08",
    "of 1,000 hostile texts none piles up more than 8 marks on a cell",
    weaken={"doorless_client.text._thin_marks": lambda text: text},
)
def test_marks_do_not_pile_up() -> None:
    chosen = random.Random(8)
    assert max(piled(safe(hostile(chosen))) for _ in range(TEXTS)) <= MAX_COMBINING


@pytest.mark.parametrize(("density", "texts"), [("bubbles", TEXTS), ("rail", 200), ("dense", 200)])
def test_every_hostile_text_is_drawn_at_once(density: str, texts: int) -> None:
    chosen = random.Random(80)
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = LAYOUTS[density](60, UNICODE, lambda: NOW)
    for _ in range(texts):
        message = engine.arrive(bob, hostile(chosen), quiet=True)
        assert len(layout.rows(message, None)) == layout.height(message, None)
        assert is_quick(partial(layout.height, message, None), LONGEST)


def test_the_longest_text_that_there_is_takes_no_longer() -> None:
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    message = engine.arrive(bob, "e\u0301" * text.MAX_TEXT, quiet=True)
    layout = LAYOUTS["bubbles"](60, UNICODE, lambda: NOW)
    assert is_quick(lambda: layout.height(message, None), 10 * LONGEST)
