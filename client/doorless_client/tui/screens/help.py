"""Every key, from the bindings that are in force."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Keys, Place
from doorless_client.tui.screens.sheet import Sheet

WIDEST_KEY = 32
"""Cells of the column of keys."""


class Help(Sheet[None]):
    """Shows what `keys` binds in each of `places`."""

    def __init__(self, places: Sequence[Place], keys: Keys, glyphs: Glyphs) -> None:
        super().__init__("Keys")
        self._places, self._keys, self._glyphs = places, keys, glyphs

    def content(self) -> ComposeResult:
        for place in self._places:
            lines = [
                Content.assemble((f"{key.keys:<{WIDEST_KEY}}", "bold"), key.does)
                for key in self._keys.lines(place.owner)
            ]
            if lines:
                yield Static(place.title, classes="sealed gap", markup=False)
                yield Static(Content("\n").join(lines))
        yield Static("What the signs mean", classes="sealed gap")
        yield Static(Content("\n").join(self._signs()))

    def _signs(self) -> list[Content]:
        signs = [
            *((sign, state.word) for state, sign in self._glyphs.ticks.items()),
            *((sign, trust.value) for trust, sign in self._glyphs.trust.items()),
        ]
        return [Content.assemble((f"{sign:<4}", "bold"), words) for sign, words in signs]
