"""What our relay told of demands for our data: a list, one of them, and the relay's canary."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from doorless_client.core.notice_views import CanaryView, DemandNotice
from doorless_client.notice_words import (
    NONE,
    canary_facts,
    canary_line,
    date_of,
    facts,
    headline,
)
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.choose import Choose, Row
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets

TITLE = "Notices: what your relay says"


def notice_list(
    notices: Sequence[DemandNotice], canary: CanaryView | None
) -> Choose[DemandNotice | CanaryView | None]:
    """Answers the notice to read, or the canary."""

    def rows(typed: str) -> Sequence[Row[DemandNotice | CanaryView | None]]:
        del typed
        told: list[Row[DemandNotice | CanaryView | None]] = [
            Row(one, plain(_line(one)), plain(_more(one))) for one in notices
        ]
        if not told:
            told = [Row(None, plain(NONE))]
        return told if canary is None else [*told, Row(canary, plain(canary_line(canary)))]

    return Choose(TITLE, rows)


def _line(notice: DemandNotice) -> str:
    line = headline(notice)
    return f"{'' if notice.read else 'NEW  '}{line[:1].upper()}{line[1:]}"


def _more(notice: DemandNotice) -> str:
    late = ", delayed" if notice.delayed else ""
    return f"asked on {date_of(notice.received)}, told from {date_of(notice.told)}{late}"


class Read(Sheet[None]):
    """Facts in a table, longer than the window perhaps."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", "Up", id="read.up"),
        Binding("down", "scroll(1)", "Down", id="read.down"),
        Binding("pageup", "scroll(-10)", "Page up", id="read.page.up"),
        Binding("pagedown", "scroll(10)", "Page down", id="read.page.down"),
        Binding("enter", "put_away", "Close", id="read.close"),
    ]

    def __init__(self, title: str, told: list[tuple[str, str]]) -> None:
        super().__init__(title)
        self._told = told

    def content(self) -> ComposeResult:
        yield Static(facts_table(self._told, self.app.size.width))

    def action_scroll(self, lines: int) -> None:
        self.query_one("#sheet-box", VerticalScroll).scroll_relative(y=lines, animate=False)


def one_notice(notice: DemandNotice) -> Read:
    title = headline(notice)
    return Read(f"{title[:1].upper()}{title[1:]}", facts(notice))


def the_canary(canary: CanaryView) -> Read:
    return Read(f"Canary of {canary.relay}", canary_facts(canary))
