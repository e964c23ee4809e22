"""One line of words, asked for."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from doorless_client.text import safe_line
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line


class AskLine(Sheet[str]):
    """Answers what was typed, or None. Says in words what it is for."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss"]

    def __init__(self, title: str, words: str, placeholder: str, value: str = "") -> None:
        super().__init__(title)
        self._words, self._placeholder, self._value = words, placeholder, value

    def content(self) -> ComposeResult:
        yield Static(plain(self._words), classes="gap")
        yield Line(self._placeholder, id="line", value=self._value)

    def on_mount(self) -> None:
        self.query_one("#line", Line).focus()

    @on(Input.Submitted, "#line")
    def answer(self, event: Input.Submitted) -> None:
        self.dismiss(safe_line(event.value).strip())
