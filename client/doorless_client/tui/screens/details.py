"""What is known of a contact, and what can be done about it and its chat."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from doorless_client.contact_facts import what_is_known
from doorless_client.core.views import FOREVER, Chat, Details, Standing
from doorless_client.settings.spans import in_words
from doorless_client.tui import moments
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets


def arranged(chat: Chat) -> list[tuple[str, str]]:
    """How the chat is kept, as label and value."""
    if chat.muted_until == FOREVER:
        muted = "until you say otherwise"
    else:
        muted = f"until {moments.full(chat.muted_until)[:16]}" if chat.muted_until else "no"
    kept = [word for word, on in (("pinned", chat.pinned), ("archived", chat.archived)) if on]
    return [
        ("messages", f"last {in_words(chat.lasts)} once seen" if chat.lasts else "stay"),
        ("muted", muted),
        ("in the list", ", ".join(kept) or "by its newest message"),
    ]


class ContactDetails(Sheet[str]):
    """Answers what is to be done, as a slash command would be called, or None."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(self, details: Details | None, chat: Chat) -> None:
        """`details` is None where nobody is at the other end: notes to self, Echo."""
        super().__init__(chat.name)
        self._details, self._chat = details, chat

    def content(self) -> ComposeResult:
        chat = self._chat
        known = what_is_known(self._details, moments.full) if self._details is not None else []
        facts = [*known, *arranged(chat)]
        yield Static(facts_table(facts, self.app.size.width), classes="gap")
        if not chat.echo:
            yield Horizontal(*self._about_the_chat(chat), classes="buttons -row")
        yield Horizontal(*self._in_the_chat(chat), classes="buttons -row")
        if self._details is not None or chat.echo:
            yield Horizontal(*self._about_them(), classes="buttons -row")

    def _about_the_chat(self, chat: Chat) -> list[Button]:
        mute = ("Unmute", "unmute") if chat.muted_until else ("Mute", "mute")
        return [
            _button("Timer", "timer"),
            _button(*mute),
            _button("Unpin" if chat.pinned else "Pin", "pin"),
            _button("Back to the list" if chat.archived else "Archive", "archive"),
            _button("Unread", "unread"),
        ]

    def _in_the_chat(self, chat: Chat) -> list[Button]:
        name = [] if chat.note_to_self or chat.echo else [_button("Name", "name")]
        return [
            *name,
            _button("Pinned messages", "pinned"),
            *([] if chat.echo else [_button("Files", "files")]),
            _button("Export", "export"),
        ]

    def _about_them(self) -> list[Button]:
        delete = Button(plain("Delete"), "error", name="forget", id="forget", compact=True)
        if self._details is None:
            return [delete]
        if self._details.standing is Standing.BLOCKED:
            return [delete, _button("Accept again", "accept")]
        verify = Button(plain("Verify"), "success", name="verify", id="verify", compact=True)
        return [delete, _button("Block", "block"), verify]

    def on_mount(self) -> None:
        self.query(Button).last().focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)


def _button(label: str, what: str) -> Button:
    return Button(plain(label), name=what, id=what, compact=True)
