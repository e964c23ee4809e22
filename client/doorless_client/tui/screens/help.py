"""Every key, from the bindings that are in force."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import KeyLine, Keys, Place
from doorless_client.tui.screens.sheet import Sheet, StyleSheets

WIDEST_KEY, WIDEST_WORDS = 32, 40
"""Cells of the columns of keys and of what they do."""

IDS_FROM = 100
"""Cells of a window from which the names by which keys.toml knows the actions stand beside."""


class Help(Sheet[None]):
    """Shows what `keys` binds in each of `places`."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "help.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll('up')", "Up", id="help.up"),
        Binding("down,j", "scroll('down')", "Down", id="help.down"),
        Binding("pageup", "scroll('page_up')", "A page up", id="help.pageup"),
        Binding("pagedown,space", "scroll('page_down')", "A page down", id="help.pagedown"),
        Binding("home,g", "scroll('home')", "To the top", id="help.first"),
        Binding("end,G", "scroll('end')", "To the end", id="help.last"),
    ]

    def __init__(self, places: Sequence[Place], keys: Keys, glyphs: Glyphs) -> None:
        super().__init__("Keys")
        self._places, self._keys, self._glyphs = places, keys, glyphs

    def content(self) -> ComposeResult:
        for place in self._places:
            lines = [self._line(key) for key in self._keys.lines(place.owner)]
            if lines:
                yield Static(place.title, classes="sealed gap", markup=False)
                yield Static(Content("\n").join(lines))
        yield Static("What the signs mean", classes="sealed gap")
        yield Static(Content("\n").join(self._signs()))

    def action_scroll(self, way: str) -> None:
        getattr(self.query_one("#sheet-box"), f"scroll_{way}")(animate=False)

    def _line(self, key: KeyLine) -> Content:
        keys, words = f"{key.keys:<{WIDEST_KEY}}", f"{key.does:<{WIDEST_WORDS}}"
        id = key.id if self.app.size.width >= IDS_FROM else ""
        return Content.assemble((keys, "bold"), words if id else key.does, (id, "$quiet"))

    def _signs(self) -> list[Content]:
        signs = [
            *((sign, state.word) for state, sign in self._glyphs.ticks.items()),
            *((sign, trust.value) for trust, sign in self._glyphs.trust.items()),
        ]
        return [Content.assemble((f"{sign:<4}", "bold"), words) for sign, words in signs]
