"""The way of one message, step by step, in words: from the keys that were pressed to what remains.

All of it is told of a real message, with its real envelope; what is not known is not said.
Every claim is one of docs/spec and docs/explanation/what-the-relay-knows.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from doorless_client.core.message_parts import Sealing
from doorless_client.core.views import Chat, Message, State, WireView
from doorless_client.marks import veiled
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.wrapping import in_a_sentence, shorten
from doorless_protocol.sizes import FIRST_CONTACT_SIZE, SIZE_CLASSES

SHOWN_BYTES = 20
"""Of an envelope, a line of hexadecimal digits."""

BAR = 32
"""Cells of a bar that stands for an envelope."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: a title, and a few lines."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Traveller:
    """The message that is followed, and all that is known of its way.

    Attributes:
        sealings: its copies, where it is ours and they are known.
    """

    message: Message
    chat: Chat
    wire: WireView
    sealings: Sequence[Sealing] = ()

    @property
    def typed(self) -> int:
        return len(self.message.text.encode())

    @property
    def other(self) -> str:
        return in_a_sentence(self.chat.name)


def journey(one: Traveller, glyphs: Glyphs) -> list[Stage]:
    """Seven steps."""
    return [
        _typed(one, glyphs),
        _padded(one, glyphs),
        _sealed(one),
        _seen(one),
        _kept(one),
        _opened(one),
        _limits(one),
    ]


def _typed(one: Traveller, glyphs: Glyphs) -> Stage:
    said = shorten(" ".join(veiled(one.message.text).split()), 60, glyphs.ellipsis)
    if one.message.mine:
        who, where = "You typed", "It was on this computer alone, sealed under your passphrase."
        more = "A draft is never sent. Not even that you type, unless you switched that on."
    else:
        who = f"{one.other} {'said' if one.wire.stays else 'typed'}"
        where = "It was on their device alone."
        if one.wire.stays:
            where = "It was on Echo's device alone, which lives on this computer."
        more = "What follows happened to it on its way to you."
    size = in_words(one.typed)
    return Stage("Typed", f"{who} {size}:\n\n  {said}\n\n{where}\n{more}")


def _padded(one: Traveller, glyphs: Glyphs) -> Stage:
    typed, size = one.typed, one.wire.size
    filled = max(1, min(BAR, round(BAR * typed / size)))
    bar = glyphs.full * filled + glyphs.rest * (BAR - filled)
    sizes = ", ".join(str(one // 1024) for one in SIZE_CLASSES)
    lines = [
        f"  {in_words(typed)} {bar} {in_words(size)}",
        "",
        f"Its place in the conversation was added, and the rest filled up to {in_words(size)}: one "
        f"of six sizes ({sizes} KiB). A word and a paragraph look the same; so do a receipt, "
        "a reaction, and a change of the timer.",
    ]
    if size == FIRST_CONTACT_SIZE and typed < FIRST_CONTACT_SIZE // 2:
        lines.append(
            "Until the other side answers for the first time every envelope carries the handshake: "
            "that is why it is so large."
        )
    return Stage("Padded", "\n".join(lines))


def _sealed(one: Traveller) -> Stage:
    head = one.wire.head[: 2 * SHOWN_BYTES]
    rows = [head[at : at + SHOWN_BYTES].hex(" ") for at in range(0, len(head), SHOWN_BYTES)]
    lines = [_copies(one), ""]
    lines += [f"  {row}" for row in rows]
    lines += [
        "",
        "These are the first bytes of the envelope itself. Its key comes from classical and "
        "post-quantum exchanges, was used once and is deleted. As many copies as devices: there "
        "is no slot for anybody else.",
    ]
    return Stage("Sealed", "\n".join(lines))


def _copies(one: Traveller) -> str:
    if not one.message.mine:
        return "Sealed for this device of yours: the copy that came here."
    theirs = [copy for copy in one.sealings if not copy.own]
    own = len(one.sealings) - len(theirs)
    count = len(theirs) or one.wire.copies
    devices = "one device" if count == 1 else f"{count} devices"
    names = ", ".join(copy.name or copy.device.hex()[:8] for copy in theirs)
    more = "another device" if own == 1 else f"{own} other devices"
    also = f", and {more} of yours" if own else ""
    called = f" ({names})" if names else ""
    return f"Sealed once for each device: {devices} of {one.other}{called}{also}."


def _seen(one: Traveller) -> Stage:
    at = moments.to_the_second(one.wire.at)
    if one.wire.stays:
        return Stage(
            "What a relay would see",
            f"Nothing was sent: {one.other} is on this computer. Of any other message a relay sees:"
            f"\n\n{_WATCHED}\n\n{_GUESS}",
        )
    when = f"At {at} it saw" if one.message.mine else f"Until you fetched it at {at} it saw"
    return Stage("What the relay sees", f"{when}:\n\n{_WATCHED}\n\n{_GUESS}")


_WATCHED = (
    "- the network address that handed the envelope in, with no name\n"
    "- the mailbox that it is for, and its size\n"
    "- later the device that fetched it, and its address"
)
_GUESS = (
    "Who watches addresses and times can guess who talks to whom. doorless does not hide that; a "
    "network that hides addresses, such as Tor, does."
)


def _kept(one: Traveller) -> Stage:
    box = one.wire.mailbox.hex()
    hour = moments.hour(one.wire.at) if one.message.mine else "the hour in which it came"
    would = "would keep" if one.wire.stays else "keeps"
    return Stage(
        f"What {'a' if one.wire.stays else 'the'} relay {would}",
        f"- mailbox {box[:8]}..{box[-4:]}\n- {hour}, not the minute\n"
        f"- {in_words(one.wire.size)} that it cannot open\n\n"
        "Until it is fetched, 30 days at most. For a day more, a hash by which it is not stored "
        "twice. Whoever takes the relay's disk, with a court's order or without, has that.",
    )


def _opened(one: Traveller) -> Stage:
    if not one.message.mine:
        told = "This device opened it."
    elif one.message.state in (State.DELIVERED, State.READ):
        told = "Their device opened it and said so: a receipt, in an envelope just like this one."
        told += "".join(
            f"\n\n  {one.head[:SHOWN_BYTES].hex(' ')}"
            for one in one.wire.beside
            if one.kind == "receipt" and not one.mine
        )
    elif one.message.state is State.SENT:
        told = "Their device has not said yet that it opened it."
    else:
        told = "It was given up before all of their devices had it."
    return Stage(
        "Opened there",
        f"{told}\n\nThe key that opens it is deleted with that: who records envelopes today and "
        "steals a device's keys tomorrow cannot open this one, and after a few messages to and fro "
        "those keys open nothing new either. What the device still shows, it shows to whoever "
        "unlocks it.",
    )


def _limits(one: Traveller) -> Stage:
    return Stage(
        "What it cannot do",
        "The relay cannot read it, tell what kind of thing it is, change it unseen, or hand a key "
        "to anybody: it has none.\n\nIt can refuse, delay or delete: gaps are shown. It can lie "
        f"about somebody's keys at first: so compare the safety number with {one.other} (F4).",
    )
