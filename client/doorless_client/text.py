"""SafeText: text that somebody else wrote, made harmless once, where it enters.

A terminal obeys control characters; a reader is deceived by invisible and direction-changing
ones. Each is shown as a visible glyph instead. Whatever a peer, a relay or a file controls is
a SafeText before anything draws, prints, logs or exports it.

What stays although it is invisible, because people need it and nothing follows from it but the
glyph that they meant:

- the joiner inside an emoji sequence, and a presentation selector right behind an emoji;
- the non-joiner between two letters of the scripts that are spelled with it (Arabic and Persian,
  the scripts of India).

The joiner beside such a letter is left out: terminals draw both letters, and the toolkit takes
them for one cell, so that a text of joiners would be drawn over whatever stands beside it.

Anywhere else they, like the tags of subdivision flags, could only hide something.
"""

import re
import unicodedata

MAX_TEXT = 65_536
"""Characters of one text that are shown; the largest envelope holds no more bytes."""

MAX_LINE = 256
"""Characters of a name, a title or a preview: more than any screen shows of one."""

MAX_NAMED = 40
"""Characters of a name that an error is about: they stand in a line with what is wrong."""

MAX_COMBINING = 8
"""Marks kept on one character; more of them only pile up, over other lines or past its cell.

Of each kind that has no cell of its own. Terminals do not agree about those that stand beside
their character (Mc), which some give one: what each row may be wider by is bounded so.
"""

_CUT = "…"
_NO_BASE = "\N{DOTTED CIRCLE}"
_FIRST_MARK = "\u0300"
_MARKS = {"Mn", "Me", "Mc"}
_JOINERS = "\u200c\u200d"
"""Drawn as nothing: a mark behind one is drawn on what stands before it."""

_INNER_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
"""Vowels and ends of a Korean syllable, which are drawn into the cell of its beginning."""

EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""For a character class: where emoji are, today's and those to come."""
_JOINED_LETTERS = "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u0900-\u0dff"

_NEVER = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U00013430-\U0001343f\U000e0000-\U000e0fff"
    "\U0010eeee]"  # a part of a picture that kitty was sent, by whomever
)
_LONE_SELECTOR = (
    f"(?<![0-9#*{EMOJI}])[\ufe0e\ufe0f]"
    "|(?<=[0-9#*])[\ufe0e\ufe0f](?!\u20e3)"  # a digit in another form, without its key
)
_LONE_JOINER = (
    f"(?!(?<=[{EMOJI}])\u200d[{EMOJI}])(?!(?<=[{EMOJI}]\ufe0f)\u200d[{EMOJI}])"
    f"(?!(?<=[{_JOINED_LETTERS}])\u200c[{_JOINED_LETTERS}])[\u200c\u200d]"
)
_LETTERS_JOINED = re.compile(f"(?<=[{_JOINED_LETTERS}])\u200d|\u200d(?=[{_JOINED_LETTERS}])")
_UNSAFE = re.compile(f"{_NEVER}|{_LONE_SELECTOR}|{_LONE_JOINER}")


class SafeText(str):
    """A str that went through `safe`. Holds line breaks, no other control character."""

    __slots__ = ()


NOTHING = SafeText()


def safe(text: str, *, at_most: int = MAX_TEXT) -> SafeText:
    """Make `text` harmless on a terminal, in NFC; what does not fit into `at_most` is cut, visibly.

    Takes time linear in the smaller of `text` and `at_most`, and gives its own results back.
    """
    if isinstance(text, SafeText) and len(text) <= at_most:
        return text
    if len(text) <= at_most and _is_plain(text):
        return SafeText(text)
    begin = text[: at_most + 1].replace("\r\n", "\n").replace("\t", "    ")
    shown = neutralise(_normalise(apart(begin)))
    if len(shown) > at_most or len(text) > at_most + 1:
        shown = neutralise(shown[: at_most - len(_CUT)]) + _CUT
    return SafeText(shown)


def safe_line(text: str, *, at_most: int = MAX_LINE) -> SafeText:
    """The same, on one line: for names, titles and previews."""
    shown = safe(text, at_most=at_most)
    return SafeText(shown.replace("\n", "␤")) if "\n" in shown else shown


def in_quotes(text: str) -> SafeText:
    """A name that somebody wrote, for an error about it: its beginning, on one line."""
    return SafeText(f"'{safe_line(text, at_most=MAX_NAMED)}'")


def composed(text: str) -> str:
    """As it is stored and found: in NFC, with bounded marks, and without U+0000."""
    return _normalise(text).replace("\0", "␀")


def _is_plain(text: str) -> bool:
    """Whether it is nothing but printable ASCII and line breaks, as most is."""
    return text.isascii() and text.replace("\n", "").isprintable()


def neutralise(text: str) -> str:
    """Each unsafe character as one visible glyph; line breaks and tabs stay."""
    return _UNSAFE.sub(_visible, text)


def apart(text: str) -> str:
    """Without the joiners beside letters."""
    return _LETTERS_JOINED.sub("", text) if "\u200d" in text else text


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _normalise(text: str) -> str:
    """NFC. Marks are thinned before, since sorting a long run of them is quadratic, and after."""
    if text.isascii():
        return text
    return _thin_marks(unicodedata.normalize("NFC", _thin_marks(text)))


def is_mark(character: str) -> bool:
    """Whether it is drawn on the character before it, and not in a cell of its own."""
    return unicodedata.category(character) in _MARKS or bool(_INNER_JAMO.match(character))


def _thin_marks(text: str) -> str:
    """Keep MAX_COMBINING marks on a character, and give those without one a dotted circle."""
    if max(text) < _FIRST_MARK:
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        if character < _FIRST_MARK or not is_mark(character):
            marks = marks if character in _JOINERS else 0
        else:
            if marks == 0 and (not kept or kept[-1] == "\n"):
                kept.append(_NO_BASE)
            marks += 1
            if marks > MAX_COMBINING:
                continue
        kept.append(character)
    return "".join(kept)
