"""One of several things: typed at, moved in with the arrows, chosen with Enter or a click."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doorless_client.tui.plain import plain
from doorless_client.tui.screens.listing import Listing
from doorless_client.tui.screens.sheet import StyleSheets
from doorless_client.tui.widgets.line import Line

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row(Generic[Value]):
    """What is shown for a value: a line, and a quiet one under it where there is more to say."""

    value: Value
    line: Content
    more: Content | None = None

    @property
    def prompt(self) -> Content:
        if self.more is None:
            return self.line
        return Content("\n").join([self.line, self.more.stylize_before("dim")])


def _nothing_found(typed: str) -> str:
    del typed
    return "Nothing found."


class Choose(Listing[Value]):
    """Answers the value of the row that was chosen, or None.

    Args:
        rows: for what is typed.
        asks: what stands in the line to type in; "": there is none.
        nothing: what to say where there are no rows, for what is typed.
    """

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "choose.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Entry above", id="choose.up", priority=True),
        Binding("down", "move(1)", "Entry below", id="choose.down", priority=True),
    ]

    def __init__(
        self,
        title: str,
        rows: Callable[[str], Sequence[Row[Value]]],
        *,
        asks: str = "",
        typed: str = "",
        nothing: Callable[[str], str] = _nothing_found,
    ) -> None:
        super().__init__(title)
        self._rows, self._asks, self._typed, self._nothing = rows, asks, typed, nothing
        self._shown: Sequence[Row[Value]] = ()

    def content(self) -> ComposeResult:
        if self._asks:
            yield Line(self._asks, id="query", value=self._typed)
        entries = OptionList(id="entries", markup=False)
        entries.can_focus = not self._asks
        yield entries
        yield Static(id="nothing", classes="quiet gap")

    def on_mount(self) -> None:
        self.show(self._typed)
        self.query_one("#query" if self._asks else "#entries").focus()

    def show(self, typed: str) -> None:
        self._typed, self._shown = typed, self._rows(typed)
        entries = self.query_one("#entries", OptionList)
        entries.clear_options()
        entries.add_options(Option(row.prompt) for row in self._shown)
        entries.highlighted = 0 if self._shown else None
        entries.display = bool(self._shown)
        nothing = self.query_one("#nothing", Static)
        nothing.display = not self._shown
        nothing.update(plain("" if self._shown else self._nothing(typed)))

    @on(Input.Changed, "#query")
    def narrow(self, event: Input.Changed) -> None:
        if event.value != self._typed:
            self.show(event.value)

    def choose(self, place: int) -> None:
        if place < len(self._shown):
            self.dismiss(self._shown[place].value)
