"""T10: text that terminals and the layout measure differently would push borders out of place.

Terminals measure either code point by code point or by whole emoji. A row is as wide by both.
"""

import random

import pytest
from wcwidth import wcwidth

from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.rows import text_of, width_of
from doorless_lab.fake_engine import FakeEngine
from hostile import DEPTH

NOW = 1_800_023_490
BLANKS = ("\u115f", "\u1160", "\u3164", "\u2800", "\uffa0", "\u200b", "\ufeff", "\u00ad")
EMOJI = ("❤\ufe0f", "👩\u200d👩\u200d👧", "🇨🇭", "👍🏽", "#\ufe0f\u20e3", "🚀\u200d🚀", "🇽🇽", "🏽")
PIECES = (*BLANKS, *EMOJI, "\ufe0f", "\u200d", "漢", "각", "🚀", "é", "a", "b ", " ")


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
