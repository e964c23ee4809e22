"""Where a message is written."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Told
from textual.widgets import TextArea

from doorless_client.text import safe
from doorless_client.tui.base import app_of
from doorless_client.tui.pasted import in_lines
from doorless_client.tui.plain import plain


class Composer(TextArea):
    """Says what was written. Enter sends; a new line has keys of its own.

    Attributes:
        offer: who has proposals is offered "up", "down", "take", "enter" and "close" first, and
            returns whether that was for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "hand_over", "Send", id="composer.send"),
        Binding("shift+enter,alt+enter,ctrl+j", "new_line", "New line", id="composer.newline"),
        Binding("up", "cursor_up", "Pick a message, with nothing written", id="composer.pick"),
        Binding("ctrl+up", "leave", "Leave for the messages", id="composer.leave"),
    ]

    class Written(Told):
        """Something is to be sent."""

        def __init__(self, text: str, *, is_command: bool = False) -> None:
            """`is_command`: it began with a slash that was typed, not pasted (T08)."""
            self.text, self.is_command = text, is_command
            super().__init__()

    class LookUp(Told):
        """Up was pressed with nothing written: a message is to be picked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id, highlight_cursor_line=False, show_line_numbers=False, tab_behavior="focus"
        )
        self.cursor_blink = False
        self._typed_slash, self._where = False, ""
        self.offer: Callable[[str], bool] = _not_wanted

    @property
    def is_command(self) -> bool:
        """Whether the line began with a slash that was typed: what is pasted commands nothing."""
        return self._typed_slash and self.text.startswith("/") and "\n" not in self.text

    @property
    def text_before_cursor(self) -> str:
        """Of the cursor's line."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def address(self, name: str) -> None:
        """Say to whom it goes."""
        self.placeholder = plain(f"Message {name}")

    def goes(self, where: str) -> None:
        """Say on the border where it goes. The same again draws nothing anew."""
        if where != self._where:
            self._where = where
            self.border_title = plain(where)

    def on_key(self, event: events.Key) -> None:
        """Enter in its turn: a priority binding would overtake characters that still wait.

        What is proposed is asked there and then, by the same reason. Alt with a letter is a
        command, or nothing: it writes no letter.
        """
        if event.key.startswith("alt+"):
            event.prevent_default()
        if (what := _FOR_PROPOSALS.get(event.key)) and self.offer(what):
            event.prevent_default()
            event.stop()
            return
        if not self.text:
            self._typed_slash = event.character == "/"
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
            is_command = self.is_command
            self.clear()
            self.post_message(self.Written(text, is_command=is_command))

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
        await super()._on_paste(events.Paste(safe(in_lines(event.text))))

    def begin_command(self, text: str) -> None:
        """As if it had been typed."""
        self.begin(text)
        self._typed_slash = True

    def replace_begun(self, text: str, sign: str) -> None:
        """Put it where its name was begun behind `sign`, before the cursor."""
        row, column = self.cursor_location
        start = self.text_before_cursor.rfind(sign)
        self.replace(text, (row, max(0, start)), (row, column))

    def put(self, text: str) -> None:
        """Write it at the cursor, as a paste would be: it commands nothing (T08)."""
        if not self.text:
            self._typed_slash = False
        self.insert(safe(text))

    def begin(self, draft: str) -> None:
        """Show what was begun earlier, without an undo into another chat's words."""
        self._typed_slash = False
        self.load_text(safe(draft))
        self.move_cursor(self.document.end)


_FOR_PROPOSALS = {"up": "up", "down": "down", "tab": "take", "enter": "enter", "escape": "close"}


def _not_wanted(what: str) -> bool:
    del what
    return False


def _without_empty_ends(text: str) -> str:
    """Without the blank lines before and after; what stands between keeps its shape."""
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[written[0] : written[-1] + 1]) if written else ""
