"""What is known of a contact, and what can be done about it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.core.views import Details, Standing, Trust
from doorless_client.tui import moments
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets

_TRUST = {
    Trust.FIRST_SEEN: "not verified: these keys were taken at first contact",
    Trust.VERIFIED: "verified: you compared the safety number of exactly these keys",
    Trust.CHANGED: "changed: nothing is sent until you decide",
}
_STANDING = {
    Standing.CONTACT: "a contact",
    Standing.REQUEST: "wants to talk, not accepted",
    Standing.BLOCKED: "blocked",
}

WITHOUT_ONE_TIME = "started without a one-time prekey: its first messages are protected less long"


def what_is_known(details: Details) -> list[tuple[str, str]]:
    """Label and value. Says of each proof whether it was made, and nothing beyond."""
    proof = "yes" if details.confirmed else "not yet: answered nothing that only their keys can"
    account = details.account.hex()
    return [
        ("address", details.address),
        ("account", " ".join(account[start : start + 8] for start in range(0, 64, 8))),
        ("standing", _STANDING[details.standing]),
        ("keys", _TRUST[details.trust]),
        ("proved itself", proof),
        ("key log", "checked" if details.checked else "not checked"),
        ("devices", str(details.devices)),
        ("added", moments.full(details.added)),
        *([("first session", WITHOUT_ONE_TIME)] if details.last_resort else []),
    ]


class ContactDetails(Sheet[str]):
    """Answers "verify", "block", "accept" or "forget", or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(self, details: Details) -> None:
        super().__init__(details.name)
        self._details = details

    def content(self) -> ComposeResult:
        yield Static(facts_table(what_is_known(self._details), self.app.size.width), classes="gap")
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
