"""What is known of a contact, and what can be done about it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.contact_facts import what_is_known
from doorless_client.core.views import Details, Standing
from doorless_client.tui import moments
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets


class ContactDetails(Sheet[str]):
    """Answers "verify", "block", "accept" or "forget", or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(self, details: Details) -> None:
        super().__init__(details.name)
        self._details = details

    def content(self) -> ComposeResult:
        facts = what_is_known(self._details, moments.full)
        yield Static(facts_table(facts, self.app.size.width), classes="gap")
        with Horizontal(classes="buttons"):
            yield Button("Delete", "error", id="forget", compact=True)
            if self._details.standing is Standing.BLOCKED:
                yield Button("Accept again", id="accept", compact=True)
            else:
                yield Button("Block", id="block", compact=True)
                yield Button("Verify", "success", id="verify", compact=True)

    def on_mount(self) -> None:
        self.query(Button).last().focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)
