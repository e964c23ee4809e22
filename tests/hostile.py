"""Hostile texts, and what a terminal program of ours may emit of its own when it shows them.

`DOORLESS_HOSTILE` says how many texts: 250 by default, 5,000 in depth.
"""

import os
import random
import re

DEPTH = int(os.environ.get("DOORLESS_HOSTILE", "250"))

_ATTRIBUTE = rb"(?:[0-47]|2[1-9]|[34][0-79]|(?:9|10)[0-7]|[34]8;2;\d{1,3};\d{1,3};\d{1,3})"
ALLOWED = re.compile(
    rb"\x1b\[(?:\d{1,3};\d{1,3}H"  # where to draw
    rb"|(?:" + _ATTRIBUTE + rb"(?:;" + _ATTRIBUTE + rb")*)?m"  # how
    rb"|\?(?:1049|1000|1003|1015|1006|1004|25|2004|2026|7|2048)[hl]"  # screen, mouse, paste, cursor
    rb"|\?(?:2026|2048)\$p|>25u|<u|=\d+;\d+u)"  # what the terminal can, and its keys
    rb"|\x1b\]2;doorless\x07|\x1b\]22;[a-z]+(?:\x1b\\|\x07)"  # title and pointer
    rb"|\x1b\]777;notify;[^\x00-\x1f\x7f;]*;[^\x00-\x1f\x7f;]*\x1b\\"  # two fields, no more
    rb"|\x1b\]9;doorless: [^\x00-\x1f\x7f;]*\x1b\\"
    rb"|\x1bP=[12]s\x1b\\"  # a frame begins, ends
)
"""Every sequence that the messenger writes. It blinks, hides and crosses out nothing: SGR 5, 6 and
8 are a peer's, as are positions of four digits."""

UNSAFE = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What obeys, turns or hides, once the allowed sequences are gone."""

_COMMANDS = (
    *("\x1b[2J", "\x1b[9999;1H", "\x1b[5;6m", "\x1b[8m", "\x1b[3;9r", "\x1b[?47h", "\x1b[6n"),
    *("\x1b]0;owned\x07", "\x1b]52;c;cm0=\x07", "\x1b]8;;http://x\x1b\\", "\x1b]9;4;1;50\x1b\\"),
    *(
        "\x1b]777;notify;a;b;c\x07",
        "\x1b]1337;File=:\x07",
        "\x1b_Ga=T;AAAA\x1b\\",
        "\x1bPq#0\x1b\\",
    ),
    *("\x1bc", "\x1b[c", "\x1bP$qm\x1b\\", "\x1b]unterminated", "\x1b[", "\x1b]", "\x1bP", "\x1b"),
    *(
        "\x9b2J",
        "\x9d0;x\x9c",
        "\x90q\x9c",
        "\x05",
        "\x07",
        "\x08\x08",
        "\r",
        "\n> ",
        "\x00",
        "\x7f",
    ),
)
_DECEPTIONS = (
    *("\u202eexe.", "\u2066", "\u2069", "\u200b", "\u200f", "\u061c", "\ufeff", "\u2060", "\u2028"),
    *(
        "\u115f",
        "\u3164",
        "\u2800",
        "\U000e0068",
        "\ufff9",
        "e" + "\u0301" * 40,
        "\ufe0f",
        "\u200d",
    ),
)
_MARKUP = ("[b]", "[/]", "[@click=app.exit(3)]", "[link=http://x]", "](http://x)", "**", "\\[")
_WIDE = ("漢字", "é", "🚀", "❤\ufe0f", "👩\u200d👩\u200d👧", "🇨🇭", "👍🏽", "#\ufe0f\u20e3", "각")
PIECES = (
    *_COMMANDS,
    *_DECEPTIONS,
    *_MARKUP,
    *_WIDE,
    *(chr(code) for code in (*range(32), *range(0x7F, 0xA0))),
    *"[]?;0123456789mHJKPX^_\\ab c",
)


def hostile_texts(count: int, seed: int) -> list[str]:
    """`count` mixtures of all that ever did harm to a terminal or its reader."""
    dice = random.Random(seed)
    return ["".join(dice.choices(PIECES, k=dice.randrange(1, 12))) for _ in range(count)]


def leaks(raw: bytes) -> list[str]:
    """What of a terminal's input no list allows."""
    left = ALLOWED.sub(b"", raw).decode("utf-8", "backslashreplace")
    return UNSAFE.findall(left)


def obeyed(printed: str) -> list[str]:
    """What a terminal would obey, or a reader not see, of the lines that a command printed."""
    return UNSAFE.findall(printed) + re.findall("\r", printed)


class Given:
    """Hostile texts, each with a mark by which it is found again, by the surface it went to."""

    def __init__(self, depth: int = DEPTH, *, seed: int) -> None:
        self._depth = depth
        self._texts = iter(hostile_texts(depth, seed))
        self.surfaces: dict[str, list[str]] = {}
        self.count = 0

    def __call__(self, surface: str, *, at_most: int = 10_000) -> str:
        """`at_most`: bytes that there is room for."""
        words = next(self._texts, None)
        if words is None:
            return "no more"
        self.count += 1
        mark = f"h{self.count:04}"
        self.surfaces.setdefault(surface, []).append(mark)
        return f"{mark}{words}".encode()[:at_most].decode(errors="ignore")

    @property
    def is_empty(self) -> bool:
        return self.count >= self._depth
