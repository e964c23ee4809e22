"""Saved replies: one is taken, given another name, or deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, OptionList

from doorless_client.core.saved_api import SavedReplies, SavedReply
from doorless_client.tui.attempt import tell_refusal
from doorless_client.tui.base import app_of
from doorless_client.tui.plain import plain
from doorless_client.tui.saved_names import excerpt
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.screens.choose import Choose, Row
from doorless_client.tui.screens.confirm import Confirm


@dataclass(frozen=True, slots=True)
class New:
    """Answered where something is to be saved."""

    words: str


Taken = SavedReply | New

NAME = "A name without blanks, such as thanks"


class SavedSheet(Choose[Taken]):
    """Answers the reply that was taken, or New.

    Args:
        new: what can be saved here, in words for the first line; "": nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "rename", "Another name for it", id="saved.rename", priority=True),
        Binding("alt+d,ctrl+delete", "delete", "Delete it", id="saved.delete", priority=True),
    ]

    def __init__(self, replies: SavedReplies, new: str = "") -> None:
        super().__init__(
            "Saved replies", self._matching, asks="A name, or a word of it", nothing=self._none
        )
        self._replies, self._new = replies, New(new) if new else None

    def _matching(self, typed: str) -> Sequence[Row[Taken]]:
        wanted = typed.strip().casefold()
        rows: list[Row[Taken]] = [
            Row(one, plain(one.name), plain(excerpt(one)))
            for one in self._replies.every()
            if wanted in one.name.casefold() or wanted in one.text.casefold()
        ]
        if self._new is not None and not wanted:
            return [*rows, Row(self._new, plain(self._new.words))]
        return rows

    def _none(self, typed: str) -> str:
        if typed:
            return "Nothing found."
        return "None yet. Write something, or pick a message of yours, and come here to save it."

    def content(self) -> ComposeResult:
        yield from super().content()
        keys = app_of(self).keys
        rename, delete = keys.short("saved.rename"), keys.short("saved.delete")
        with Horizontal(classes="buttons"):
            yield Button(plain(f"Another name  {rename}"), id="rename", compact=True)
            yield Button(plain(f"Delete  {delete}"), "error", id="delete", compact=True)

    def show(self, typed: str) -> None:
        super().show(typed)
        self._dress()

    @on(OptionList.OptionHighlighted)
    def _dress(self) -> None:
        for button in self.query(".buttons Button"):
            button.disabled = self.marked is None

    @property
    def marked(self) -> SavedReply | None:
        """The reply that a key or a button is about."""
        place = self.query_one("#entries", OptionList).highlighted
        value = self._shown[place].value if place is not None else None
        return value if isinstance(value, SavedReply) else None

    @on(Button.Pressed, "#rename")
    def action_rename(self) -> None:
        if (marked := self.marked) is not None:
            self.run_worker(self._rename(marked), group="saved", exclusive=True)

    @on(Button.Pressed, "#delete")
    def action_delete(self) -> None:
        if (marked := self.marked) is not None:
            self.run_worker(self._delete(marked), group="saved", exclusive=True)

    async def _rename(self, reply: SavedReply) -> None:
        sheet = AskLine("Another name", excerpt(reply), NAME, str(reply.name))
        name = await self.app.push_screen_wait(sheet)
        if name is not None and await tell_refusal(self, self._replies.rename(reply.name, name)):
            self._show_again()

    async def _delete(self, reply: SavedReply) -> None:
        sheet = Confirm(f"Delete {reply.name}", excerpt(reply), "Delete")
        if await self.app.push_screen_wait(sheet):
            await tell_refusal(self, self._replies.remove(reply.name))
            self._show_again()

    def _show_again(self) -> None:
        self.show(self._typed)
        self.query_one("#query").focus()
