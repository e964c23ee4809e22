"""Are you sure: for what cannot be undone."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet


class Confirm(Sheet[bool]):
    """True when the person says yes."""

    def __init__(self, title: str, text: str, yes: str, no: str = "Keep") -> None:
        super().__init__(title)
        self._text, self._yes, self._no = text, yes, no

    def content(self) -> ComposeResult:
        yield Static(plain(self._text), classes="gap")
        with Horizontal(classes="buttons"):
            yield Button(plain(self._yes), "error", id="yes", compact=True)
            yield Button(plain(self._no), id="no", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
