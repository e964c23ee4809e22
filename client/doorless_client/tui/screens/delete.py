"""Whether messages go for us alone, or for everyone."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.core.views import Message
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet


class Delete(Sheet[str]):
    """Answers "me", "everyone" or None. Only what we said can go for everyone."""

    def __init__(self, messages: Sequence[Message]) -> None:
        count = len(messages)
        super().__init__("Delete this message?" if count == 1 else f"Delete {count} messages?")
        self._everyone = all(message.mine and not message.deleted for message in messages)

    def content(self) -> ComposeResult:
        words = "For me: it leaves this computer and my other devices."
        if self._everyone:
            words += (
                "\n\nFor everyone: their devices are asked to take it away and leave a line "
                "that says so. Whoever read it may have kept it."
            )
        yield Static(plain(words), classes="gap")
        with Horizontal(classes="buttons"):
            if self._everyone:
                yield Button("For everyone", "error", id="everyone", compact=True)
            yield Button("For me", "warning", id="me", compact=True)
            yield Button("Keep", id="keep", compact=True)

    def on_mount(self) -> None:
        self.query_one("#keep", Button).focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.id == "keep" else event.button.id)
