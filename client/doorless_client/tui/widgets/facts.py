"""What the relay learns of the picked message, and what it does not: short lists, in one size.

What it sees while it happens is kept apart from what it still has afterwards.
"""

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.core.message_parts import BesideView
from doorless_client.core.views import Kind, Message, State, WireView
from doorless_client.marks import veiled
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten
from doorless_protocol.attachment import sealed_size

ALIKE = "one more, just alike"
SHOWN = 12
"""Bytes of such an envelope: as many as fit beside its time and size."""

NEVER_LEFT = "This never left your computer."
STAYED = "Nothing was sent: Echo is on this computer."

WireOf = Callable[[Message], WireView | None]
"""What is known of a message's envelopes."""

Line = list[tuple[str, str]]
Pairs = list[tuple[str, str]]


def local_only(message: Message, wire: WireView | None) -> str:
    """Why nothing can be shown that a relay had of it; "" where something can."""
    if wire is not None and wire.size:
        return STAYED if wire.stays else ""
    if message.state is State.WAITING:
        return "This still waits on your computer."
    if message.state is State.FAILED:
        return "This was never sent."
    return "What the relay had of it is not known here." if message.id else NEVER_LEFT


def seen(message: Message, wire: WireView) -> Pairs:
    """As it happens, whoever watches the relay."""
    address = "yours, with no name" if message.mine else "theirs, then yours"
    fetched = "" if message.mine else ", when fetched"
    return [
        ("moment", f"{moments.to_the_second(wire.at)}{fetched}"),
        ("address", address),
        ("traffic", "who else connects then"),
    ]


def kept(message: Message, wire: WireView) -> Pairs:
    """On the relay's disk, while it waits there."""
    box, whose = wire.mailbox.hex(), "theirs" if message.mine else "yours"
    copies = f", {wire.copies} copies" if wire.copies > 1 else ""
    return [
        ("mailbox", f"{box[:8]}..{box[-4:]} ({whose})"),
        ("hour", moments.hour(wire.at) if message.mine else "when it came there"),
        ("envelope", f"{in_words(wire.size)} of noise{copies}"),
        *_file(message),
    ]


def _file(message: Message) -> Pairs:
    """Its pieces lie beside the envelopes, sealed under a key that the message holds."""
    if message.file is None:
        return []
    return [("file", f"{in_words(sealed_size(message.file.size))} of noise")]


def hidden(message: Message) -> Pairs:
    """What is inside, and nobody but both ends can read."""
    return [
        ("from", "you" if message.mine else message.sender),
        ("text", " ".join(veiled(message.text).split())),
        ("true size", in_words(len(message.text.encode()))),
        ("kind", _kind(message)),
    ]


def _kind(message: Message) -> str:
    if message.kind is Kind.NOTE:
        return "a timer, not a text"
    return "a text and a file" if message.file else "a text, not a receipt"


def around(message: Message, wire: WireView) -> Pairs:
    """What else was said of it, each in an envelope that the relay cannot tell from it."""
    kinds = {one.kind for one in wire.beside}
    found = [(one.kind, _as_had(one, stays=wire.stays)) for one in wire.beside]
    if message.mine and message.state in (State.DELIVERED, State.READ) and "receipt" not in kinds:
        found.append(("receipt", ALIKE))
    if message.reactions and "reaction" not in kinds:
        found.append(("reaction", ALIKE))
    if message.edited and "edit" not in kinds:
        found.append(("edit", ALIKE))
    return found


def _as_had(one: BesideView, *, stays: bool) -> str:
    when = "stays here" if stays else moments.to_the_second(one.at)
    return f"{when} {in_words(one.size)} {one.head[:SHOWN].hex(' ')}"


def facts(message: Message, wire: WireView | None) -> list[Line]:
    """Title lines, then label and value; each part with the name of its style."""
    stays = local_only(message, wire)
    lines: list[Line] = [[(stays, "title")]] if stays else []
    if wire is None or not wire.size:
        return lines
    titles = _TITLES[wire.stays]
    lines += _group(titles[0], seen(message, wire))
    lines += _group(titles[1], kept(message, wire))
    lines += _group(titles[2], hidden(message), style="hidden")
    if beside := around(message, wire):
        lines += _group("Beside it, all alike to the relay", beside)
    return lines


def in_general() -> list[Line]:
    """What holds of every message, while none is picked."""
    learns = [
        ("address", "yours, while connected"),
        ("times", "when you connect, send"),
        ("mailbox", "which gets an envelope"),
        ("size", "one of six, from 2 KiB"),
        ("traffic", "who may talk to whom"),
    ]
    return [
        *_group("The relay learns, whatever you write", learns),
        *_group("It cannot see", [("who", "wrote it"), ("what", "or which kind")], style="hidden"),
        [("Pick a message to see its own.", "name")],
    ]


def told_by_relay(message: Message, wire: WireView) -> Pairs:
    """The same for a message's details: label and value, the label once for what it is of."""
    groups = ("relay sees", seen(message, wire)), ("relay keeps", kept(message, wire))
    return [
        (label if at == 0 else "", f"{name}: {value}")
        for label, pairs in groups
        for at, (name, value) in enumerate(pairs)
    ]


_TITLES = {
    False: (
        "The relay sees, as it happens",
        "It keeps, until delivered or 30 days",
        "It cannot see",
    ),
    True: (
        "A relay would see, as it happens",
        "It would keep, until delivered",
        "It could not see",
    ),
}
"""By whether it stays here."""


def _group(title: str, pairs: Pairs, *, style: str = "") -> list[Line]:
    names = ("hidden-title", "hidden-name", "hidden") if style else ("title", "name", "value")
    return [
        [(title, names[0])],
        *([(f"  {name:<10}", names[1]), (value, names[2])] for name, value in pairs),
    ]


class Facts(Styled):
    """Shows the facts of one message."""

    PREFIX = "facts"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"facts--{name}"
        for name in ("title", "name", "value", "hidden-title", "hidden-name", "hidden")
    }

    lines: reactive[list[Line]] = reactive(list, layout=True)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def show(self, message: Message | None, wire: WireView | None) -> None:
        self.lines = in_general() if message is None else facts(message, wire)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        return len(self.lines)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self.lines):
            return Strip.blank(width, self.style())
        room = width
        segments = []
        for text, name in self.lines[y]:
            shown = shorten(text, room, self._glyphs.ellipsis)
            room -= cell_len(shown)
            segments.append(Segment(shown, self.style(name)))
        return Strip(segments).adjust_cell_length(width, self.style())
