"""What somebody wrote, in rows: code as a terminal shows it, what is hidden under a cover, links.

As many rows whether what is hidden is shown or not, so that nothing moves when it is. Links in
code and in what is hidden are no targets.
"""

from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from doorless_client.links import links
from doorless_client.marks import Block, blocks, spans
from doorless_client.text import SafeText
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.rows import Part, Row
from doorless_client.tui.wrapping import wrap

UNCOVER = "uncover"
"""Target of what is hidden: a click shows it, or hides it again."""


class _Piece(NamedTuple):
    """Characters of a text that are drawn in another way than the rest."""

    first: int
    after: int
    style: str
    target: str = ""


def lines(text: str, inner: int, glyphs: Glyphs, *, marks: bool) -> list[str]:
    """What is in the rows, hidden or not."""
    if not marks or "```" not in text:
        return wrap(text, inner)
    return [line for block in blocks(text) for line in _lines(block, inner, glyphs)]


def rows(text: str, inner: int, glyphs: Glyphs, *, marks: bool, bare: bool) -> list[Row]:
    """Rows of at most `inner` cells.

    Args:
        marks: whether there are any marks in it.
        bare: show what is hidden.
    """
    drawn: list[Row] = []
    for block in _blocks(text, marks=marks):
        if block.is_code:
            edge = Part(_edge(glyphs), "code-edge")
            drawn += [[edge, Part(line, "code")] for line in _code(block.text, inner, glyphs)]
        else:
            drawn += _prose(block.text, inner, glyphs, _pieces(block.text, marks=marks), bare=bare)
    return drawn


def _blocks(text: str, *, marks: bool) -> list[Block]:
    return blocks(text) if marks else [Block(0, text, is_code=False)]


def _lines(block: Block, inner: int, glyphs: Glyphs) -> list[str]:
    if not block.is_code:
        return wrap(block.text, inner)
    return [_edge(glyphs) + line for line in _code(block.text, inner, glyphs)]


def _edge(glyphs: Glyphs) -> str:
    return f"{glyphs.code} "


def _code(text: str, inner: int, glyphs: Glyphs) -> list[str]:
    """The lines of a block, cut where the room ends and filled up to the longest of them."""
    room = max(2, inner - cell_len(_edge(glyphs)))
    cut = [part for line in text.split("\n") for part in in_its_room(line, room)]
    widest = max(map(cell_len, cut))
    return [line + " " * (widest - cell_len(line)) for line in cut]


def in_its_room(line: str, room: int) -> list[str]:
    """A line of code in pieces of at most `room` cells (at least 2), wherever its words end."""
    return [line] if cell_len(line) <= room else chop_cells(line, room)


def _pieces(text: str, *, marks: bool) -> list[_Piece]:
    """Marks, and links outside of them, in order."""
    found = [_Piece(*span) for span in spans(text)] if marks else []
    if "://" not in text:
        return found
    targets = [
        _Piece(link.first, link.after, "link", f"link {link.url}")
        for link in links(SafeText(text))
        if not any(one.first < link.after and link.first < one.after for one in found)
    ]
    return sorted([*found, *targets])


def _prose(text: str, inner: int, glyphs: Glyphs, pieces: list[_Piece], *, bare: bool) -> list[Row]:
    """Rows of words; a piece goes on over as many of them as it takes."""
    if not pieces:
        return [[Part(line, "text")] for line in wrap(text, inner)]
    drawn: list[Row] = []
    at = begun = 0
    for line in wrap(text, inner):
        at = max(at, text.find(line, at))  # what was cut between two lines is white space
        end = at + len(line)
        while begun < len(pieces) and pieces[begun].after <= at:
            begun += 1
        row, done = [], at
        next_one = begun
        while next_one < len(pieces) and (piece := pieces[next_one]).first < end:
            first, after = max(piece.first, at), min(piece.after, end)
            row += [Part(text[done:first], "text"), _drawn(piece, text[first:after], glyphs, bare)]
            done, next_one = after, next_one + 1
        row = [part for part in row if part.text]
        drawn.append([*row, Part(text[done:end], "text")])
        at = end
    return drawn


def _drawn(piece: _Piece, words: str, glyphs: Glyphs, bare: bool) -> Part:
    if piece.style != "hidden":
        return Part(words, piece.style, piece.target)
    if bare:
        return Part(words, "bare", UNCOVER)
    return Part(over(words, glyphs.cover), "hidden", UNCOVER)


def over(words: str, cover: str) -> str:
    """As many cells of cover."""
    return cover * cell_len(words)
