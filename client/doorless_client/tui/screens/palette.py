"""Ctrl+P: go to a chat or a message, or do something. Every entry is ours; none is markup."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from doorless_client.text import safe_line
from doorless_client.tui.plain import plain
from doorless_client.tui.providers.entry import Entry, Provider
from doorless_client.tui.providers.fuzzy import Hit, ranked
from doorless_client.tui.screens.listing import Listing
from doorless_client.tui.screens.sheet import StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.wrapping import shorten

MOST = 100
"""Entries shown at once; typing finds the others."""

SEARCHED_AFTER = 0.12
"""Seconds without typing after which the store is searched: not at each letter of a word."""


class Palette(Listing[None]):
    """Shows what `providers` offer; does what is chosen."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "palette.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Entry above", id="palette.up", priority=True),
        Binding("down", "move(1)", "Entry below", id="palette.down", priority=True),
    ]

    def __init__(self, providers: Sequence[Provider]) -> None:
        super().__init__("Go to")
        self._listed = [
            entry
            for provider in providers
            if not provider.searches
            for entry in provider.entries("")
        ]
        self._searching = [provider for provider in providers if provider.searches]
        self._shown: list[Entry] = []
        self._timer: Timer | None = None

    def content(self) -> ComposeResult:
        yield Line("A name, or what to do", id="query")
        entries = OptionList(id="entries", markup=False)
        entries.can_focus = False
        yield entries

    def on_mount(self) -> None:
        self.query_one("#query", Line).focus()
        self._show(ranked("", self._listed, MOST))
        self.call_after_refresh(self.narrow)  # now it is known how wide a line is

    @on(Input.Changed, "#query")
    def narrow(self) -> None:
        query = self.query_one("#query", Line).value
        self._show(ranked(query, self._listed, MOST))
        if self._timer is not None:
            self._timer.stop()
        if self._searching and query.strip():
            self._timer = self.set_timer(SEARCHED_AFTER, self._search)

    def _search(self) -> None:
        """What takes longer, below what is shown already."""
        query = self.query_one("#query", Line).value
        found = [entry for provider in self._searching for entry in provider.entries(query)]
        if found:
            hits = ranked(query, self._listed, MOST)
            self._show([*hits, *(Hit(entry, (), (0, 0)) for entry in found)])

    def _show(self, hits: Sequence[Hit]) -> None:
        self._shown = [hit.entry for hit in hits]
        entries = self.query_one("#entries", OptionList)
        entries.clear_options()
        width = max(20, entries.scrollable_content_region.width - 2)
        entries.add_options(Option(_row(hit, width)) for hit in hits)
        entries.highlighted = 0 if hits else None
        if not hits:
            entries.add_option(Option(plain("Nothing fits."), disabled=True))

    def choose(self, place: int) -> None:
        if place < len(self._shown):
            entry = self._shown[place]
            self.dismiss(None)
            self.app.call_later(entry.choose)


def _row(hit: Hit, width: int) -> Content:
    """The text, the letters that made it fit, and at the right what stands aside."""
    aside = safe_line(hit.entry.aside)
    room = max(10, width - cell_len(aside) - 2)
    text = shorten(safe_line(hit.entry.text), room)
    content = plain(text)
    for place in hit.places:
        if place < len(text):
            content = content.stylize("bold underline", place, place + 1)
    gap = " " * max(0, width - cell_len(text) - cell_len(aside))
    return Content.assemble(content, (gap + aside, "$quiet") if aside else "")
