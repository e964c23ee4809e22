"""T10: text that terminals and the layout measure differently would push borders out of place.

Terminals measure either code point by code point or by whole emoji. A row is as wide by both, and
where it was drawn into the model of a terminal, the cursor stands behind its last cell.
"""

import random
import unicodedata

import pyte
import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from wcwidth import wcwidth

from doorless_client.text import MAX_COMBINING, safe, safe_line
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.guard import Guard
from doorless_client.tui.rows import text_of, width_of
from doorless_client.tui.short_names import drawn
from doorless_lab.fake_engine import FakeEngine
from hostile import DEPTH, hostile_texts

NOW = 1_800_023_490
BLANKS = ("\u115f", "\u1160", "\u3164", "\u2800", "\uffa0", "\u200b", "\ufeff", "\u00ad")
EMOJI = ("❤\ufe0f", "👩\u200d👩\u200d👧", "🇨🇭", "👍🏽", "#\ufe0f\u20e3", "🚀\u200d🚀", "🇽🇽", "🏽")
INDIC = ("हिन्दी", "\u0903", "က္ကျ", "\u11a8", "\u1161", "ᄒ")
PIECES = (*BLANKS, *EMOJI, *INDIC, "\ufe0f", "\u200d", "漢", "각", "🚀", "é", "a", "b ", " ")


def as_it_came(text: str, *, names: bool) -> str:
    del names
    return text


def by_code_points(text: str) -> int:
    return sum(max(0, wcwidth(character)) for character in text)


@pytest.mark.attack(
    "T10",
    "a row is as wide for a terminal that joins emoji as for one that does not",
    weaken={"doorless_client.tui.inside.drawn": as_it_came},
)
@pytest.mark.parametrize("density", LAYOUTS)
def test_borders_stay_where_they_are(density: str) -> None:
    dice = random.Random(10)
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = LAYOUTS[density](60, UNICODE, lambda: NOW)
    for _ in range(DEPTH):
        words = "".join(dice.choices(PIECES, k=dice.randrange(1, 40)))
        for row in layout.rows(engine.arrive(bob, words, quiet=True), None):
            assert by_code_points(text_of(row)) == width_of(row) <= 60, (words, text_of(row))
            assert not set(text_of(row)) & set(BLANKS)


def column_after(text: str) -> int:
    """Where the cursor of a terminal stands that was given `text` and nothing else."""
    screen = pyte.Screen(4 * len(text) + 80, 1)
    stream = pyte.Stream(screen)
    for character in text:  # at once, pyte drops what follows a mark that it does not know
        stream.feed(character)
    return int(screen.cursor.x)


@pytest.mark.attack(
    "T10",
    "the cursor of a terminal stands behind the last cell of a row, whatever a text is made of",
    weaken={
        "doorless_client.tui.inside.drawn": as_it_came,
        "doorless_client.text.neutralise": str,
    },
)
def test_a_terminal_agrees_where_a_row_ends() -> None:
    dice = random.Random(11)
    engine = FakeEngine(NOW)
    bob = engine.person("Bob")
    layout = LAYOUTS["bubbles"](60, UNICODE, lambda: NOW)
    for hostile in hostile_texts(DEPTH, seed=15):
        words = hostile + "".join(dice.choices(PIECES, k=dice.randrange(1, 20)))
        for row in layout.rows(engine.arrive(bob, words, quiet=True), None):
            assert column_after(text_of(row)) == width_of(row) <= 60, (words, text_of(row))


def test_a_terminal_agrees_about_every_character() -> None:
    """Of all there are; in `make test`, of some thousands of them."""
    step = 0x110000 // min(DEPTH * 20, 0x110000)
    for code in range(0x20, 0x110000, step):
        if unicodedata.category(chr(code)) in ("Cs", "Cn", "Co"):
            continue
        shown = drawn(safe(f"a{chr(code)}b"), names=False)
        assert cell_len(shown) == by_code_points(shown) == column_after(shown), hex(code)


def beside_its_character(character: str) -> bool:
    """Whether a terminal that goes by older tables gives this mark a cell of its own."""
    return unicodedata.category(character) == "Mc"


@pytest.mark.attack(
    "T10",
    "marks that some terminals give a cell of their own do not push a border off the screen",
    weaken={"doorless_client.text.is_mark": lambda character: character == "\u0301"},
)
@pytest.mark.parametrize("mark", ["\u0903", "\u093e", "\u102b", "\u11a8", "\u1161", "\ud7cb"])
def test_marks_beside_a_character_are_few(mark: str) -> None:
    shown = safe("a" + 5_000 * mark + "b")
    assert sum(map(beside_its_character, shown)) <= MAX_COMBINING
    assert len(shown) <= MAX_COMBINING + 2


JOINED = ("क\u200d" * 40, "ක්\u200dර" * 20, "ب\u200d" * 50, "🚀\u200d" * 60)
SHARING = ("👍🏽" * 30, "❤\ufe0f" * 30, "🇨🇭" * 30, "1\ufe0f\u20e3" * 20, "🏽🏽a🏽")


@pytest.mark.attack(
    "T10",
    "no name or title is drawn over what stands beside it by characters that a terminal joins not",
    weaken={"doorless_client.tui.guard.in_its_cells": str, "doorless_client.text.apart": str},
)
def test_what_the_toolkit_lays_out_is_what_a_terminal_draws() -> None:
    dice = random.Random(12)
    mixtures = ["".join(dice.choices(PIECES, k=dice.randrange(1, 40))) for _ in range(DEPTH)]
    for words in (*JOINED, *SHARING, *mixtures, *hostile_texts(DEPTH, seed=16)):
        name = safe_line(words, at_most=64)
        (drawn_name,) = Guard().apply([Segment(name)], Color(0, 0, 0))
        assert by_code_points(drawn_name.text) == cell_len(name), (words, drawn_name.text)
        assert column_after(drawn_name.text) == cell_len(name)
