"""Reactions as chips: one for each emoji, and whose they are."""

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len

from doorless_client.core.message_parts import ReactionView
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.rows import Part, Row
from doorless_client.tui.short_names import drawn

YOU = "you"
"""Beside the emoji of a reaction that is ours: no hue says it alone."""


def chips(reactions: Sequence[ReactionView], room: int, glyphs: Glyphs) -> list[Row]:
    """Rows of at most `room` cells; none for no reactions. A click takes one back, or adds it."""
    rows: list[Row] = []
    used = room
    for emoji, group in groupby(sorted(reactions, key=lambda one: one.emoji), lambda r: r.emoji):
        some = list(group)
        mine = any(one.mine for one in some)
        words = [drawn(emoji, names=not glyphs.emoji), *([YOU] if mine else [])]
        if len(some) > 1:
            words.append(str(len(some)))
        text = f" {' '.join(words)} "
        size = cell_len(text)
        if size > room:
            text = f" {YOU if mine else '?'} "[:room]
            size = cell_len(text)
        if used + size + 1 > room:
            rows.append([])
            used = -1
        else:
            rows[-1].append(Part(" "))
        rows[-1].append(Part(text, "chip-own" if mine else "chip", f"react {emoji}"))
        used += size + 1
    return rows
