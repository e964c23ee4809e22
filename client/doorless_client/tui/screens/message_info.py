"""One message: how far it came, in words, and what of it the relay kept."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from doorless_client.core.views import Message, State, WireView
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.facts import told_by_relay

_STATES = {
    State.WAITING: "waiting on this computer",
    State.SENT: "sent: the relay has stored it",
    State.DELIVERED: "delivered: a device of theirs has it",
    State.READ: "read",
    State.FAILED: "failed, and will not be tried again",
    State.REQUEST: "received, from somebody you have not accepted",
    State.RECEIVED: "received",
}


def about(message: Message, wire: WireView | None, glyphs: Glyphs) -> list[tuple[str, str]]:
    """Label and value, the sender's claims marked as such."""
    sign = glyphs.ticks.get(message.state, "").strip()
    facts = [
        ("state", f"{sign} {_STATES[message.state]}".strip()),
        ("from", "you" if message.mine else message.sender),
        ("device", message.device.hex()),
        ("written", f"{_claimed(message.at)}{'' if message.mine else ', by their clock'}"),
        ("stored here", moments.full(message.received)),
        ("text", f"{in_words(len(message.text.encode()))}"),
    ]
    if message.note:
        facts.append(("note", message.note))
    if wire is None or not wire.size:
        return [*facts, ("on the wire", "nothing")]
    copies = "1 envelope" if wire.copies == 1 else f"{wire.copies} envelopes"
    facts.append(("sealed as", f"{copies} of {in_words(wire.size)}"))
    if wire.stays:
        return [*facts, ("on the wire", "nothing: it stayed on this computer")]
    return [*facts, *told_by_relay(message, wire)]


def _claimed(at: int) -> str:
    """A sender's clock may say anything: milliseconds far outside any calendar, too."""
    try:
        return moments.full(at // 1000)
    except (OverflowError, ValueError, OSError):
        return "at no possible time"


class MessageInfo(Sheet[None]):
    """Shows what is known of a message."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(self, message: Message, wire: WireView | None, glyphs: Glyphs) -> None:
        super().__init__("About this message")
        self._facts = about(message, wire, glyphs)
        self._words = message.text

    def content(self) -> ComposeResult:
        yield Static(facts_table(self._facts, self.app.size.width), classes="gap")
        yield Static(plain(self._words), classes="sealed gap")
