"""One message: how far it came, in words, for whom it was sealed, and what of it the relay kept."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from doorless_client.core.message_parts import Sealing, Version
from doorless_client.core.views import Chat, Message, State, WireView
from doorless_client.marks import veiled
from doorless_client.settings import spans
from doorless_client.text import SafeText
from doorless_client.tui import moments
from doorless_client.tui.file_rows import in_short
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.facts_table import facts_table
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.facts import local_only, told_by_relay
from doorless_client.tui.wrapping import in_a_sentence

SKEW = 300
"""Seconds by which a sender's clock may differ before it is said: C01."""

_STATES = {
    State.WAITING: "waiting on this computer",
    State.SENT: "sent: the relay has stored it",
    State.DELIVERED: "delivered: a device of theirs has it",
    State.READ: "read",
    State.FAILED: "failed, and will not be tried again",
    State.REQUEST: "received, from somebody you have not accepted",
    State.RECEIVED: "received",
}


def about(
    message: Message,
    wire: WireView | None,
    glyphs: Glyphs,
    now: int = 0,
    chat: Chat | None = None,
) -> list[tuple[str, str]]:
    """Label and value, the sender's claims marked as such.

    Args:
        now: Unix seconds.
        chat: where it was said, for what its people are called.
    """
    sign = glyphs.ticks.get(message.state, "").strip()
    facts = [
        ("state", f"{sign} {_STATES[message.state]}".strip()),
        ("from", _who(message.sender, message.mine, chat)),
        ("device", message.device.hex()),
        ("written", f"{_claimed(message.at)}{'' if message.mine else ', by their clock'}"),
        ("stored here", moments.full(message.received)),
        *_skew(message),
        ("text", f"{in_words(len(message.text.encode()))}"),
        *_carried(message, glyphs, now, chat),
    ]
    if message.note:
        facts.append(("note", message.note))
    if wire is None or not wire.size:
        return [*facts, ("on the wire", local_only(message, wire))]
    copies = "1 envelope" if wire.copies == 1 else f"{wire.copies} envelopes"
    facts.append(("sealed as", f"{copies} of {in_words(wire.size)}"))
    if wire.stays:
        return [*facts, ("on the wire", "nothing: it stayed on this computer")]
    return [*facts, *told_by_relay(message, wire)]


def _skew(message: Message) -> list[tuple[str, str]]:
    """How far a sender's clock is from ours, where that is worth a word."""
    apart = message.at // 1000 - message.received
    if message.mine or -86_400 * 30 < apart <= SKEW:  # it may well have waited at the relay
        return []
    way = "ahead of" if apart > 0 else "behind"
    return [("clock", f"theirs is more than {spans.in_words(SKEW)} {way} ours: shown as it came")]


def _who(address: SafeText, mine: bool, chat: Chat | None) -> str:
    """As everywhere else, with the address that tells people of one name apart."""
    if mine:
        return "you"
    if chat is None or chat.address != address or chat.name in ("", address):
        return address
    return f"{in_a_sentence(chat.name)} ({address})"


def _carried(
    message: Message, glyphs: Glyphs, now: int, chat: Chat | None
) -> list[tuple[str, str]]:
    facts = []
    if message.file is not None:
        facts += [("file", message.file.name), ("", in_short(message.file, glyphs))]
    if message.forwarded:
        facts.append(("forwarded", "said elsewhere first, so they say"))
    if message.lasts:
        left = message.gone_at - now if message.gone_at else 0
        when = f"{moments.full(message.gone_at)}, in {spans.in_two_words(max(left, 1))}"
        gone = f", gone at {when}" if left > 0 else ""
        facts.append(("disappears", f"{spans.in_words(message.lasts)} after it was seen{gone}"))
    for reaction in message.reactions:
        who = _who(reaction.by, reaction.mine, chat)
        facts.append(("reaction", f"{reaction.emoji} by {who}"))
    return facts


def sealed_for(sealings: Sequence[Sealing], *, stays: bool = False) -> list[tuple[str, str]]:
    """One line for each copy: whose device, how large, and whether it left; or none ever does."""
    facts = []
    for one in sealings:
        whose = "your device" if one.own else "their device"
        name = f" {one.name}" if one.name else ""
        here = "stayed here" if stays else "waits here"
        size = f"{in_words(one.size)}, {'left' if one.sent else here}"
        waits = "not sealed yet"
        facts.append((whose, f"{one.device.hex()[:8]}…{name}: {size if one.size else waits}"))
    return facts


def said_before(versions: Sequence[Version]) -> list[tuple[str, str]]:
    return [(_claimed(one.at)[5:16], veiled(one.text)) for one in versions]


def _claimed(at: int) -> str:
    """A sender's clock may say anything: milliseconds far outside any calendar, too."""
    try:
        return moments.full(at // 1000)
    except (OverflowError, ValueError, OSError):
        return "at no possible time"


class MessageInfo(Sheet[None]):
    """Shows what is known of a message.

    Args:
        now: Unix seconds.
        chat: where it was said.
    """

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "details.tcss"]

    def __init__(
        self,
        message: Message,
        wire: WireView | None,
        glyphs: Glyphs,
        *,
        versions: Sequence[Version] = (),
        sealings: Sequence[Sealing] = (),
        now: int = 0,
        chat: Chat | None = None,
    ) -> None:
        super().__init__("About this message")
        self._facts = about(message, wire, glyphs, now, chat)
        stays = wire is not None and wire.stays
        self._sealed, self._before = sealed_for(sealings, stays=stays), said_before(versions)
        self._words = veiled(message.text)

    def content(self) -> ComposeResult:
        yield Static(facts_table(self._facts, self.app.size.width), classes="gap")
        for title, facts in (("Sealed for", self._sealed), ("Said before", self._before)):
            if facts:
                yield Static(title, classes="sealed gap", markup=False)
                yield Static(facts_table(facts, self.app.size.width))
        yield Static(plain(self._words), classes="gap")
