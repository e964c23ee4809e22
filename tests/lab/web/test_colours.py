"""Every text can be read on its ground: 4.5:1, and 7:1 in high contrast (WCAG 1.4.3, 1.4.6)."""

import re

import pytest

from doorless_lab.web.pages import resources

CSS = resources()["/static/colours.css"].body.decode()
OUTCOMES = ("prevented", "detected", "healed", "limited", "exposed")
MARKS = ("red", "orange", "green", "teal", "blue", "purple", "brown", "grey")
PAIRS = [
    *(("ink", ground) for ground in ("ground", "paper", *(f"{one}-ground" for one in OUTCOMES))),
    *(("quiet", ground) for ground in ("ground", "paper")),
    *(("accent", ground) for ground in ("ground", "paper")),
    *(("alarm", ground) for ground in ("ground", "paper")),
    *((one, f"{one}-ground") for one in OUTCOMES),
    *((one, "paper") for one in (*OUTCOMES, *MARKS)),
    ("on-accent", "accent"),
]


def colours(theme: str) -> dict[str, str]:
    [block] = re.findall(rf'\[data-theme="{theme}"\] \{{(.*?)\}}', CSS, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "least"), [("light", 4.5), ("dark", 4.5), ("contrast", 7)])
def test_texts_stand_out(theme: str, least: float) -> None:
    found = colours(theme)
    weak = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in PAIRS}
    assert {pair: value for pair, value in weak.items() if value < least} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_edges_and_the_focus_stand_out(theme: str) -> None:
    """WCAG 2.2, 1.4.11 and 2.4.13: 3:1."""
    found = colours(theme)
    for edge in ("line", "focus"):
        assert min(contrast(found[edge], found[ground]) for ground in ("ground", "paper")) >= 3
