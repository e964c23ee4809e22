"""One setting on one line: its title, and its value, which keys or a click change."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message as Told
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input, Static

from doorless_client.settings.schema import Setting, Value
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.styled import Styled

TITLE = 26
"""Cells of the column of titles."""


class Wanted(Told):
    """Somebody gave a setting this value. Of a text it is what was typed."""

    def __init__(self, setting: Setting, value: Value) -> None:
        self.setting, self.value = setting, value
        super().__init__()


class Reached(Told):
    """The row of this setting has the focus now."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        super().__init__()


class Chooser(Styled, can_focus=True):
    """A setting of which the values can be counted."""

    PREFIX = "setting-row"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"setting-row--{name}" for name in ("title", "value", "arrow")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "Value before", id="settings.before"),
        Binding("right,l,enter,space", "step(1)", "Next value", id="settings.after"),
    ]

    value: reactive[Value] = reactive("")

    def __init__(self, setting: Setting, value: Value, options: Sequence[Value]) -> None:
        super().__init__(id=f"set-{setting.name}")
        self.setting = setting
        self._options = [*options] if value in options else sorted([*options, value], key=str)
        self.set_reactive(Chooser.value, value)

    def action_step(self, step: int) -> None:
        place = self._options.index(self.value) + step
        self.value = self._options[place % len(self._options)]
        self.post_message(Wanted(self.setting, self.value))

    def on_click(self) -> None:
        self.action_step(1)

    def on_focus(self) -> None:
        self.post_message(Reached(self.setting))

    def render_line(self, y: int) -> Strip:
        del y  # there is one line
        base = self.style()
        words = self.setting.spelled(self.value)
        arrows = ("< ", " >") if self.has_focus else ("  ", "")
        segments = [
            Segment(set_cell_size(self.setting.title, TITLE), base + self.part("title")),
            Segment(arrows[0], base + self.part("arrow")),
            Segment(words, base + self.part("value")),
            Segment(arrows[1], base + self.part("arrow")),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


class Writer(Horizontal):
    """A setting in the person's own words; Enter, or leaving it, takes them."""

    def __init__(self, setting: Setting, value: Value, empty: str) -> None:
        """`empty`: what holds where nothing is written."""
        super().__init__(id=f"set-{setting.name}")
        self.setting, self.value, self._empty = setting, value, empty

    def compose(self) -> ComposeResult:
        yield Static(self.setting.title, markup=False)
        yield Line(self._empty, id=f"line-{self.setting.name}", value=str(self.value))

    def on_descendant_focus(self) -> None:
        self.post_message(Reached(self.setting))

    @on(Input.Submitted)
    @on(Input.Blurred)
    def take(self, event: Input.Submitted | Input.Blurred) -> None:
        event.stop()
        if event.value != self.value:
            self.value = event.value
            self.post_message(Wanted(self.setting, event.value))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("left", "right"):
            event.stop()  # they move in the text


def row_of(
    setting: Setting, value: Value, options: Sequence[Value], *, empty: str
) -> Chooser | Writer:
    """The widget of a setting: to choose among options, or to write where there are none.

    Args:
        empty: what holds where the person writes nothing.
    """
    if options:
        return Chooser(setting, value, options)
    return Writer(setting, value, empty)
