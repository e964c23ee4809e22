"""Words that were said, here or anywhere, with what stands around them."""

from collections.abc import Callable, Sequence

from textual.content import Content

from doorless_client.core.shelf_api import Found
from doorless_client.marks import veiled
from doorless_client.text import safe_line
from doorless_client.tui import moments
from doorless_client.tui.empty import nothing_found
from doorless_client.tui.plain import plain
from doorless_client.tui.rows import moment
from doorless_client.tui.screens.choose import Choose, Row

BEFORE, AFTER = 24, 160
"""Characters around the first word that was found."""

SHORTEST = 2
"""Characters from which it is worth looking."""


def find(
    search: Callable[[str], Sequence[Found]], *, everywhere: bool, typed: str = ""
) -> Choose[Found]:
    """Answers what was chosen. `search` gives the newest first."""

    def rows(typed: str) -> Sequence[Row[Found]]:
        if len(typed.strip()) < SHORTEST:
            return []
        return [Row(hit, _who(hit, everywhere=everywhere), excerpt(hit)) for hit in search(typed)]

    title = "Find in all chats" if everywhere else "Find here"

    def nothing(typed: str) -> str:
        return nothing_found(typed, everywhere=everywhere)

    return Choose(title, rows, asks="Words", typed=typed, nothing=nothing)


def _who(found: Found, *, everywhere: bool) -> Content:
    message = found.message
    speaker = "You" if message.mine else str(found.chat.name)
    chat = f" in {found.chat.name}" if everywhere and message.mine else ""
    return plain(f"{speaker}{chat}  {moments.full(moment(message))[:16]}")


def excerpt(found: Found) -> Content:
    """The words that were found, marked, on one line with what stands around them."""
    text = veiled(found.message.text)
    first = max(0, (found.spans[0][0] if found.spans else 0) - BEFORE)
    shown = safe_line(text[first : first + AFTER].replace("\n", " "), at_most=AFTER)
    lead = "…" if first else ""
    content = plain(lead + shown)
    if len(shown) != len(text[first : first + AFTER]):
        return content  # made safe, its places are others
    for start, end in found.spans:
        at, to = start - first + len(lead), end - first + len(lead)
        if 0 <= at < to <= len(content.plain):
            content = content.stylize("bold underline", at, to)
    return content
