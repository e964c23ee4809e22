"""A sheet with a list under a line to type in: what is highlighted is taken by Enter or a click."""

from typing import TypeVar

from textual import on
from textual.widgets import Input, OptionList

from doorless_client.tui.screens.sheet import Sheet

Value = TypeVar("Value")


class Listing(Sheet[Value]):
    """Holds an OptionList `#entries`, and perhaps a line `#query`."""

    def action_move(self, step: int) -> None:
        entries = self.query_one("#entries", OptionList)
        entries.action_cursor_up() if step < 0 else entries.action_cursor_down()

    @on(Input.Submitted, "#query")
    def take(self) -> None:
        self._choose_at(self.query_one("#entries", OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def click(self, event: OptionList.OptionSelected) -> None:
        self._choose_at(event.option_index)

    def _choose_at(self, place: int | None) -> None:
        if place is not None:
            self.choose(place)

    def choose(self, place: int) -> None:
        """The entry there was taken, from 0; a line that only says something is one, too."""
        raise NotImplementedError
