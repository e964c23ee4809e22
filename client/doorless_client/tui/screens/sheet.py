"""A sheet: a titled box over the conversation, that Esc puts away."""

from pathlib import PurePath
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, ScreenResultType

from doorless_client.tui import answers
from doorless_client.tui.plain import plain

StyleSheets = str | PurePath | list[str | PurePath] | None


class Sheet(ModalScreen[ScreenResultType]):
    """What `content` yields, in a box. A click beside it puts it away as well."""

    CSS_PATH: ClassVar[StyleSheets] = "sheet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "put_away", "Close", id="sheet.close"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="sheet-box", can_focus=False) as box:
            box.border_title = plain(self._title)
            box.border_subtitle = plain("Esc closes")
            yield from self.content()

    def content(self) -> ComposeResult:
        yield from ()

    def action_put_away(self) -> None:
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        if event.key not in self._bindings.key_to_bindings:  # a sheet has its own use for it
            answers.move(self, event)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.action_put_away()
