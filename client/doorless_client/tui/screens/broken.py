"""The store failed under a messenger at work: what was written and not sent can be copied."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static, TextArea

from doorless_client.text import safe
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet

TITLE = "Start doorless again"
TEXT = "Behind this nothing can be read any more. What is wrong, `doorless doctor` says too."
UNSENT = "What you wrote and did not send. Copy it before you quit:"


class Broken(Sheet[None]):
    """Leads nowhere but out.

    Args:
        why: in the words of the store, with what can be done.
        unsent: what was written in any chat.
    """

    def __init__(self, why: str, unsent: str) -> None:
        super().__init__(TITLE)
        self._why, self._unsent = why, unsent

    def content(self) -> ComposeResult:
        yield Static(plain(self._why), classes="gap")
        yield Static(plain(TEXT), classes="gap")
        if self._unsent:
            yield Static(plain(UNSENT), classes="gap")
            yield TextArea(safe(self._unsent), read_only=True, id="unsent")
        with Horizontal(classes="buttons"):
            if self._unsent:
                yield Button(plain("Copy"), id="copy", compact=True)
            yield Button(plain("Quit"), "error", id="quit", compact=True)

    def on_mount(self) -> None:
        self.query_one("#sheet-box").border_subtitle = ""
        self.query(Button).first().focus()

    def action_put_away(self) -> None:
        """Stay."""

    @on(Button.Pressed, "#copy")
    def copy(self) -> None:
        self.app.copy_to_clipboard(self._unsent)
        self.notify("Copied.", markup=False, timeout=3)

    @on(Button.Pressed, "#quit")
    def quit(self) -> None:
        self.app.exit()
