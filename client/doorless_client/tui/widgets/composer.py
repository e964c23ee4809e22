"""Where a message is written."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Told
from textual.widgets import TextArea

from doorless_client.text import safe
from doorless_client.tui.base import app_of
from doorless_client.tui.plain import plain


class Composer(TextArea):
    """Says what was written. Enter sends; a new line has keys of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "hand_over", "Send", id="composer.send"),
        Binding("shift+enter,alt+enter,ctrl+j", "new_line", "New line", id="composer.newline"),
        Binding("up", "cursor_up", "Pick a message, with nothing written", id="composer.pick"),
        Binding("ctrl+up", "leave", "Leave for the messages", id="composer.leave"),
    ]

    class Written(Told):
        """Something is to be sent."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class LookUp(Told):
        """Up was pressed with nothing written: a message is to be picked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id, highlight_cursor_line=False, show_line_numbers=False, tab_behavior="focus"
        )
        self.cursor_blink = False

    def address(self, name: str) -> None:
        """Say to whom it goes."""
        self.placeholder = plain(f"Message {name}")

    def on_key(self, event: events.Key) -> None:
        """Enter in its turn: a priority binding would overtake characters that still wait."""
        keys = app_of(self).keys
        for id, do in (
            ("composer.send", self.action_hand_over),
            ("composer.newline", self.action_new_line),
        ):
            if event.key in keys.of(id):
                event.prevent_default()
                event.stop()
                do()

    def action_hand_over(self) -> None:
        if text := _without_empty_ends(self.text):
            self.clear()
            self.post_message(self.Written(text))

    def action_new_line(self) -> None:
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        if self.text or select:
            super().action_cursor_up(select)
        else:
            self.post_message(self.LookUp())

    def action_leave(self) -> None:
        self.post_message(self.LookUp())

    async def on_paste(self, event: events.Paste) -> None:
        """Paste what is harmless of it; a line break in it is only a line break."""
        event.prevent_default()
        event.stop()
        await super()._on_paste(events.Paste(safe(event.text)))

    def begin(self, draft: str) -> None:
        """Show what was begun earlier, without an undo into another chat's words."""
        self.load_text(safe(draft))
        self.move_cursor(self.document.end)


def _without_empty_ends(text: str) -> str:
    """Without the blank lines before and after; what stands between keeps its shape."""
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[written[0] : written[-1] + 1]) if written else ""
