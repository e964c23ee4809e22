"""Every key, from the bindings themselves."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import keys_of
from doorless_client.tui.screens.sheet import Sheet

WIDEST_KEY = 32
"""Cells of the column of keys."""


class Help(Sheet[None]):
    """Shows the bindings of `groups`: a title, and the class that declares them."""

    def __init__(self, groups: Sequence[tuple[str, type[DOMNode]]], glyphs: Glyphs) -> None:
        super().__init__("Keys")
        self._groups, self._glyphs = groups, glyphs

    def content(self) -> ComposeResult:
        for title, owner in self._groups:
            yield Static(title, classes="sealed gap", markup=False)
            lines = [
                Content.assemble((f"{key.keys:<{WIDEST_KEY}}", "bold"), key.does)
                for key in keys_of(owner)
            ]
            yield Static(Content("\n").join(lines))
        yield Static("What the signs mean", classes="sealed gap")
        yield Static(Content("\n").join(self._signs()))

    def _signs(self) -> list[Content]:
        signs = [
            *((sign, state.word) for state, sign in self._glyphs.ticks.items()),
            *((sign, trust.value) for trust, sign in self._glyphs.trust.items()),
        ]
        return [Content.assemble((f"{sign:<4}", "bold"), words) for sign, words in signs]
