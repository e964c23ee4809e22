"""One line to type or paste into."""

from textual import events
from textual.widgets import Input

from doorless_client.text import safe


class Line(Input):
    """An Input that pastes only what is harmless."""

    def __init__(
        self, placeholder: str, *, id: str, password: bool = False, value: str = ""
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id, password=password)
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """Alt with a letter is a command, or nothing: it types no letter."""
        if event.key.startswith("alt+"):
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        super()._on_paste(events.Paste(safe(event.text).strip()))
