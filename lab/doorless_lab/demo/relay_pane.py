"""What the relay has of the conversation beside it, as it has it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.widgets.title import Title
from doorless_lab.demo import relay_lines
from doorless_lab.holdings import Holdings
from doorless_lab.leak_watch import Look
from doorless_lab.sights import Sights

USUALLY = "what it has"


class RelayPane(Vertical):
    """Four blocks: the rows it holds, the newest envelope, the search for leaks, what it learns."""

    SHORT: ClassVar = 30
    """Rows of the pane below which tables without rows are left out."""

    def __init__(self, sights: Sights, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._sights, self._glyphs = sights, glyphs
        self._title = Title()
        self._title.mark, self._title.words = "RELAY", USUALLY
        self._blocks = {
            name: Static(classes="block") for name in ("rows", "envelope", "leaks", "learns")
        }
        self._holdings: Holdings | None = None
        self._seen = -1

    def compose(self) -> ComposeResult:
        yield self._title
        with VerticalScroll(can_focus=False):
            yield from self._blocks.values()

    def on_mount(self) -> None:
        self.show_look(None, 0, "")
        self.show_sights()

    def on_resize(self) -> None:
        self._seen = -1
        self.show_sights()
        self._show_rows()

    @property
    def _width(self) -> int:
        """Cells of a line: beside the padding, and a scroll bar that may come."""
        return max(20, self.size.width - 3)

    def show_holdings(self, holdings: Holdings) -> None:
        if holdings != self._holdings:
            self._holdings = holdings
            self._show_rows()

    def _show_rows(self) -> None:
        if self._holdings is not None:
            lines = relay_lines.rows(
                self._holdings, self._width, all_tables=self.size.height >= self.SHORT
            )
            self._update("rows", lines)

    def show_sights(self) -> None:
        """Draw what passed by, if something did."""
        if self._seen != self._sights.count:
            self._seen = self._sights.count
            self._update("envelope", relay_lines.envelope(self._sights.newest, self._width))
            self._update("learns", relay_lines.learns(self._sights.recent, self._width))

    def show_process(self, pid: int | None) -> None:
        """Say whether the relay runs."""
        self._title.words = USUALLY if pid is not None else "it is off; F8 starts it"
        self.set_class(pid is None, "-off")

    def show_look(self, look: Look | None, seconds_ago: int, searching: str) -> None:
        """The newest look, and the place that is being searched for the next one."""
        state = searching or (f"{seconds_ago} s ago" if look is not None else "")
        self._update("leaks", relay_lines.leaks(look, state, self._width, self._glyphs))
        self.set_class(look is not None and bool(look.found), "-leaked")

    def _update(self, block: str, lines: list[Content]) -> None:
        """A row a line: a height that Textual measures at an old width would leave a gap."""
        self._blocks[block].styles.height = len(lines)
        self._blocks[block].update(Content("\n").join(lines))
