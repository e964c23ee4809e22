"""Ctrl+P: go to a chat, or do something. Every entry is ours; names in it are never markup."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line

MOST = 100
"""Entries shown at once; typing finds the others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be chosen."""

    text: str
    choose: Callable[[], None]


def places_of(query: str, text: str) -> list[int] | None:
    """Where the letters of `query` are in `text`: together if they can be, else in order."""
    low, wanted = text.lower(), query.lower()
    if len(low) != len(text):  # a few characters grow in lower case; then places would be wrong
        return [] if wanted in low else None
    if (start := low.find(wanted)) >= 0:
        return list(range(start, start + len(wanted)))
    places, after = [], 0
    for letter in wanted:
        after = low.find(letter, after) + 1
        if not after:
            return None
        places.append(after - 1)
    return places


def found(query: str, entries: Sequence[Entry]) -> list[tuple[Entry, list[int]]]:
    """Entries with the letters of `query`: those that have them closest together first."""
    hits = [
        (entry, places)
        for entry in entries
        if (places := places_of(query.strip(), entry.text)) is not None
    ]
    hits.sort(key=lambda hit: hit[1][-1] - hit[1][0] if hit[1] else 0)
    return hits[:MOST]


class Palette(Sheet[None]):
    """Shows `entries`; does the one chosen."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "palette.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move('up')", "Entry above", id="palette.up", priority=True),
        Binding("down", "move('down')", "Entry below", id="palette.down", priority=True),
    ]

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__("Go to")
        self._entries = entries
        self._shown: list[Entry] = []

    def content(self) -> ComposeResult:
        yield Line("A name, or what to do", id="query")
        entries = OptionList(id="entries", markup=False)
        entries.can_focus = False
        yield entries

    def on_mount(self) -> None:
        self._show("")
        self.query_one("#query", Line).focus()

    @on(Input.Changed, "#query")
    def narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        hits = found(query, self._entries)
        self._shown = [entry for entry, _ in hits]
        entries = self.query_one("#entries", OptionList)
        entries.clear_options()
        entries.add_options(Option(_marked(entry.text, places)) for entry, places in hits)
        entries.highlighted = 0 if hits else None

    def action_move(self, way: str) -> None:
        entries = self.query_one("#entries", OptionList)
        entries.action_cursor_up() if way == "up" else entries.action_cursor_down()

    @on(Input.Submitted, "#query")
    def take(self) -> None:
        self._choose(self.query_one("#entries", OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def click(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def _choose(self, place: int | None) -> None:
        if place is not None and place < len(self._shown):
            entry = self._shown[place]
            self.dismiss(None)
            self.app.call_later(entry.choose)


def _marked(text: str, places: Sequence[int]) -> Content:
    content = plain(text)
    for place in places:
        content = content.stylize("bold underline", place, place + 1)
    return content
