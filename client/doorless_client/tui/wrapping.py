"""Text cut into lines of at most so many cells, at spaces where there are some."""

import re

from rich.cells import cell_len, chop_cells

LONGEST_NAME = 28
"""Cells of a name within a sentence."""

_WORDS = re.compile(r"[^ ]+ *| +")


def wrap(text: str, width: int) -> list[str]:
    """Lines of `text`, none wider than `width` cells (at least 2: the widest character)."""
    if len(text) <= width and text.isascii() and "\n" not in text:
        return [text]
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width)]


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` on at most `width` cells, its cut end marked."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return chop_cells(text, max(1, width - 1))[0].rstrip() + ellipsis if width > 1 else ellipsis


def in_a_sentence(name: str) -> str:
    """A name that does not crowd out the sentence it stands in."""
    return shorten(name, LONGEST_NAME)


def _paragraph(text: str, width: int) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for word in _WORDS.findall(text):
        size = cell_len(word.rstrip(" "))
        if used and used + size > width:
            lines.append(line.rstrip(" "))
            line, used = "", 0
        if size > width:
            *full, rest = chop_cells(word, width)
            lines.extend(full)
            line += rest
        else:
            line += word
        used = cell_len(line)
    lines.append(line.rstrip(" ") if cell_len(line) > width else line)
    return lines
