"""The relay's database, every row of it, as `doorless-relay inspect` shows it."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doorless_client.text import safe_line
from doorless_client.tui.wrapping import shorten
from doorless_lab.holdings import Line

COLUMN, CLASS = 16, 12


class Database(ScrollView, can_focus=True):
    """Scrolls over lines; draws only those in view, however many there are."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"database--{name}" for name in ("table", "column", "value", "class")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_home", "Beginning"),
        Binding("end", "scroll_end", "End"),
        Binding("pageup", "page_up", "Page up"),
        Binding("pagedown", "page_down", "Page down"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.virtual_size = Size(0, len(lines))
            self.refresh()

    @property
    def lines(self) -> list[Line]:
        return self._lines

    @property
    def table(self) -> str:
        """The table whose rows are at the top."""
        above = reversed(self._lines[: self.scroll_offset.y + 1])
        return next((line.name for line in above if line.name and line.value is None), "")

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        place = self.scroll_offset.y + y
        if place >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[place]
        if line.value is not None:
            return self._row(line.name, line.value, line.category, width, base)
        if line.name:
            return self._table(line.name, line.category, width, base)
        return Strip.blank(width, base)

    def _table(self, name: str, classes: str, width: int, base: Style) -> Strip:
        title = f" {name} "
        room = max(0, width - cell_len(title) - 1)
        segments = [
            Segment(title, base + self._style("table")),
            Segment(f" {shorten(classes, room)}", base + self._style("class")),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _row(self, column: str, value: str, category: str, width: int, base: Style) -> Strip:
        room = max(0, width - COLUMN - CLASS - 4)
        shown = shorten(safe_line(value), room)
        segments = [
            Segment(f"  {column:<{COLUMN}}", base + self._style("column")),
            Segment(shown + " " * (room - cell_len(shown)), base + self._style("value")),
            Segment(f"  {category:<{CLASS}}", base + self._style("class")),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"database--{name}", partial=True)
