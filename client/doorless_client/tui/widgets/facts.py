"""What the relay knows of the picked message, and what it does not: three short lists."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.core.views import Message, State, WireView
from doorless_client.tui import moments
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.sizes import in_words
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

KEPT_FOR = "until delivered, 30 days at most"

Line = list[tuple[str, str]]


def facts(message: Message, wire: WireView | None) -> list[Line]:
    """Title lines, then label and value; each part with the name of its style.

    What the relay sees while it happens is kept apart from what it still has afterwards.
    """
    if wire is None:
        return [[("This never left your computer.", "title")]]
    if not wire.size:
        waits = message.state is State.WAITING
        words = "This still waits on your computer." if waits else "This was never sent."
        return [[(words, "title")]]
    box = f"{wire.mailbox.hex()[:8]}…{wire.mailbox.hex()[-4:]}"
    copies = f", {wire.copies} copies" if wire.copies > 1 else ""
    whose = "theirs" if message.mine else "yours"
    seen = [
        ("moment", moments.to_the_second(wire.at)),
        (
            "address",
            "yours, with no name" if message.mine else "theirs; then yours, as you fetch it",
        ),
    ]
    kept = [
        ("mailbox", f"{box} ({whose})"),
        ("hour", moments.hour(wire.at)),
        ("envelope", f"{in_words(wire.size)} of noise{copies}"),
    ]
    hidden = [
        ("from", "you" if message.mine else message.sender),
        ("text", " ".join(message.text.split())),
        ("true size", in_words(len(message.text.encode()))),
        ("kind", "a message, not a receipt"),
    ]
    return [
        [("The relay sees, as it happens", "title")],
        *([(f"  {name:<10}", "name"), (value, "value")] for name, value in seen),
        [(f"It keeps, {KEPT_FOR}", "title")],
        *([(f"  {name:<10}", "name"), (value, "value")] for name, value in kept),
        [("It cannot see", "hidden-title")],
        *([(f"  {name:<10}", "hidden-name"), (value, "hidden")] for name, value in hidden),
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
        if message is None:
            self.lines = [
                [("What the relay sees", "title")],
                [("Same rows, other eyes. Pick a message.", "name")],
            ]
        else:
            self.lines = facts(message, wire)

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
