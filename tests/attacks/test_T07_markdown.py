"""T07: Markdown in what a peer writes is words: no link hides its target, nothing is fetched."""

import re

import pytest

from doorless_client.text import SafeText
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.rows import text_of
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
MARKDOWN = (
    "[my bank](http://evil.example) ![x](http://evil.example/p.png) <img src=http://evil.example>",
    "**bold** _it_ ~~gone~~ `code` # title",
    "> " * 300 + "deep",
    "|a" * 500 + "|",
    "[" * 500 + "](" * 500,
    "<http://evil.example>",
)

WIDTH = {"bubbles": 100, "rail": 100, "dense": 4000}
"""Cells; dense begins each row with a name, which would stand between the words."""


def as_markdown(words: SafeText | str, *, names: bool) -> str:
    """As a renderer of Markdown shows it: links by their words, marks not at all."""
    del names
    shown = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", words)
    return re.sub(r"<[^>]*>|[*_~`>#|\[\]()]", "", shown)


@pytest.mark.attack(
    "T07",
    "Markdown of a peer is shown as it was written, with every target",
    weaken={"doorless_client.tui.inside.drawn": as_markdown},
)
@pytest.mark.parametrize("density", LAYOUTS)
@pytest.mark.parametrize("words", MARKDOWN, ids=range(len(MARKDOWN)))
def test_markdown_is_shown_as_it_was_written(density: str, words: str) -> None:
    engine = FakeEngine(NOW)
    message = engine.arrive(engine.person("Bob"), words)
    rows = LAYOUTS[density](WIDTH[density], UNICODE, lambda: NOW).rows(message, None)
    shown = re.sub(rf"[\s{UNICODE.left_edge}{UNICODE.right_edge}]", "", "".join(map(text_of, rows)))
    assert re.sub(r"\s", "", words) in shown
