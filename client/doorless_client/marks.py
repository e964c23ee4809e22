"""Marks in what somebody wrote: code, and what stays hidden until the person asks for it.

    ```python         a line of three backticks, with a word or without, opens a block of code;
    print("hello")    the next line of three backticks alone closes it
    ```
    use `this`        code within a line
    ||the end||       hidden, within a line; no space is right behind or before its bars

Nothing else is a mark. None holds another; what is not closed, or holds nothing, is text. So a
text has one reading, which takes time linear in its length, and no language is parsed (T07).
Spec: docs/spec/08-state.md §17.5.
"""

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from doorless_client.text import SafeText, is_mark, safe, safe_line

COVER = "▒"
"""Drawn in place of what is hidden."""

_OPENS = re.compile(r"```[\w+#.-]{0,24} *")
_CLOSES = re.compile(r"``` *")
_INLINE = re.compile(r"`[^`\n]++`|\|\|(?![| ])(?:[^|\n]|\|(?!\|))++(?<! )\|\|")
_BEGUN = re.compile(r"\|\|(?![| ])[^\n]*\Z")


class Block(NamedTuple):
    """Whole lines of a text, from the character `first` on: all code, or none."""

    first: int
    text: str
    is_code: bool


class Span(NamedTuple):
    """What a mark within a line marks, with the mark itself."""

    first: int
    after: int
    role: Literal["code", "hidden"]


def blocks(text: str) -> list[Block]:
    """Its blocks in order; the lines that open and close code are in none of them."""
    if "```" not in text:
        return [Block(0, text, False)]
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    closing = [at for at, line in enumerate(lines) if _CLOSES.fullmatch(line)]

    def block(first: int, after: int, *, is_code: bool) -> Block:
        return Block(starts[first], "\n".join(lines[first:after]), is_code)

    found: list[Block] = []
    done = at = 0
    while at < len(lines):
        if _OPENS.fullmatch(lines[at]) and (end := _following(closing, at)) > at + 1:
            if done < at:
                found.append(block(done, at, is_code=False))
            found.append(block(at + 1, end, is_code=True))
            done = at = end + 1
        else:
            at += 1
    if done < len(lines):
        found.append(block(done, len(lines), is_code=False))
    return found


def _following(places: list[int], at: int) -> int:
    """The first of `places` after `at`; -1: there is none."""
    next_one = bisect_right(places, at)
    return places[next_one] if next_one < len(places) else -1


def spans(text: str) -> list[Span]:
    """The marks within the lines of a block that is no code, in order."""
    if "`" not in text and "||" not in text:
        return []
    found = []
    for match in _INLINE.finditer(text):
        after = match.end()
        while after < len(text) and is_mark(text[after]):
            after += 1  # it is drawn on the last character
        found.append(Span(match.start(), after, "code" if match[0][0] == "`" else "hidden"))
    return found


def hidden(text: str) -> list[Span]:
    """What of a whole text is hidden, in order."""
    if "||" not in text:
        return []
    return [
        Span(block.first + span.first, block.first + span.after, span.role)
        for block in blocks(text)
        if not block.is_code
        for span in spans(block.text)
        if span.role == "hidden"
    ]


def veiled(text: str, cover: str = COVER, *, cut: bool = False) -> str:
    """As it is shown where nobody asked for what is hidden: a sign for each of its characters.

    Args:
        cut: its end may be missing, so that a mark that is not closed hides what follows it.
    """
    if "||" not in text:
        return text
    parts, done = [], 0
    for span in hidden(text):
        parts += [text[done : span.first], covered(text[span.first : span.after], cover)]
        done = span.after
    rest = text[done:]
    if cut and (begun := _BEGUN.search(rest)):
        rest = rest[: begun.start()] + covered(begun[0], cover)
    return "".join([*parts, rest])


def covered(text: str, cover: str) -> str:
    """A sign for each character."""
    return cover * len(text)


def preview(text: str, at_most: int) -> SafeText:
    """The beginning of a text, on one line, without what is hidden in it."""
    return safe_line(veiled(safe(text)) if "||" in text else text, at_most=at_most)
