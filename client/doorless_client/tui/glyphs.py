"""The signs for states, told apart by shape, so that no meaning hangs on a hue.

All are one cell wide in every terminal that follows Unicode's widths. A terminal that
cannot show them gets the second set.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from doorless_client.core.views import Standing, State, Trust
from doorless_client.marks import COVER


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. Those of `ticks` are two cells wide, all others one."""

    ticks: Mapping[State, str]
    trust: Mapping[Trust, str]
    standing: Mapping[Standing, str]
    left_edge: str
    right_edge: str
    rule: str
    selected: str
    unread: str
    connected: str
    connecting: str
    offline: str
    brand: str
    down: str
    up: str
    ellipsis: str
    arrow: str
    dot: str
    bar: str  # beside a quote
    file: str
    pin: str
    timer: str
    muted: str
    full: str  # of a bar of progress
    rest: str
    half: str  # the upper half of a cell
    marked: str  # one of several that were chosen
    code: str  # before each line of a block of code
    cover: str  # over each cell of what is hidden
    blocks: bool  # whether half blocks can be drawn, as a QR code needs them
    emoji: bool  # as pictures; otherwise each by its name


UNICODE = Glyphs(
    ticks={
        State.WAITING: "◌ ",
        State.SENT: "✓ ",
        State.DELIVERED: "✓✓",
        State.READ: "◉ ",
        State.FAILED: "✗ ",
    },
    trust={Trust.FIRST_SEEN: "·", Trust.VERIFIED: "✓", Trust.CHANGED: "▲"},
    standing={Standing.CONTACT: " ", Standing.REQUEST: "?", Standing.BLOCKED: "⊘"},
    left_edge="▐",
    right_edge="▌",
    rule="─",
    selected="▌",
    unread="●",
    connected="●",
    connecting="◌",
    offline="▲",
    brand="◆",
    down="↓",
    up="↑",
    ellipsis="…",
    arrow="→",
    dot="·",
    bar="│",
    file="▤",
    pin="⚑",
    timer="◷",
    muted="⊝",
    full="━",
    rest="╌",
    half="▀",
    marked="▣",
    code="┆",
    cover=COVER,
    blocks=True,
    emoji=True,
)
ASCII = Glyphs(
    ticks={
        State.WAITING: "..",
        State.SENT: "+ ",
        State.DELIVERED: "++",
        State.READ: "* ",
        State.FAILED: "!!",
    },
    trust={Trust.FIRST_SEEN: "-", Trust.VERIFIED: "+", Trust.CHANGED: "!"},
    standing={Standing.CONTACT: " ", Standing.REQUEST: "?", Standing.BLOCKED: "x"},
    left_edge=" ",
    right_edge=" ",
    rule="-",
    selected=">",
    unread="*",
    connected="+",
    connecting="~",
    offline="!",
    brand="#",
    down="v",
    up="^",
    ellipsis="~",
    arrow="->",
    dot="-",
    bar="|",
    file="=",
    pin="P",
    timer="t",
    muted="m",
    full="#",
    rest=".",
    half="#",
    marked="x",
    code=":",
    cover="#",
    blocks=False,
    emoji=False,
)


def glyphs_for(encoding: str, terminal: str) -> Glyphs:
    """The set that a terminal of this TERM and encoding can show."""
    unicode = encoding.lower().replace("-", "") == "utf8" and terminal not in ("linux", "dumb")
    return UNICODE if unicode else ASCII
