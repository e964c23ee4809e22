"""What this device checked of the key log: nobody has to look, and everybody can."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.core.log_views import Alarm, LogStatus
from doorless_client.log_facts import what_was_checked
from doorless_client.tui import moments
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets


class KeyLog(Sheet[str]):
    """Answers "check", "alarms", or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(self, status: LogStatus, alarms: list[Alarm]) -> None:
        super().__init__("Key log")
        self._status, self._alarms = status, alarms

    def content(self) -> ComposeResult:
        facts = what_was_checked(self._status, moments.full)
        yield Static(facts_table(facts, self.app.size.width), classes="gap")
        with Horizontal(classes="buttons"):
            if self._alarms:
                yield Button("Show the alarms", "error", id="alarms", compact=True)
            if self._status.config:
                yield Button("Check now", id="check", compact=True)

    def on_mount(self) -> None:
        for button in self.query(Button):
            button.focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)
