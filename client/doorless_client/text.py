"""SafeText: text that somebody else wrote, made harmless once, where it enters.

A terminal obeys control characters; a reader is deceived by invisible and direction-changing
ones. Each is shown as a visible glyph instead. Whatever a peer, a relay or a file controls is
a SafeText before anything draws, prints, logs or exports it.
"""

import re

MAX_COMBINING = 8
"""Combining marks kept on one character; more of them only pile up over other lines."""

_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class SafeText(str):
    """A str that went through `safe`. Holds line breaks, no other control character."""

    __slots__ = ()


def safe(text: str, *, at_most: int = 65_536) -> SafeText:
    """Make `text` harmless on a terminal; longer than `at_most` characters is cut, visibly."""
    if isinstance(text, SafeText) and len(text) <= at_most:
        return text
    cut = text[:at_most] + "…" if len(text) > at_most else text
    return SafeText(_UNSAFE.sub(_visible, cut.replace("\r\n", "\n").replace("\t", "    ")))


def safe_line(text: str, *, at_most: int = 256) -> SafeText:
    """The same, on one line: for names, titles and previews."""
    return SafeText(safe(text, at_most=at_most).replace("\n", "␤"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
