"""Who the open conversation is with, and what is known of their keys."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

KEYS_FROM, DETAIL_FROM = 84, 60
"""Cells from which there is room for keys at the right, and for the address."""


def trust_in_words(chat: Chat, glyphs: Glyphs) -> tuple[str, str]:
    """Sign and word, and the name of their style."""
    if chat.standing is Standing.REQUEST:
        return f"{glyphs.standing[chat.standing]} Wants to talk", "first-seen"
    if chat.standing is Standing.BLOCKED:
        return f"{glyphs.standing[chat.standing]} Blocked", "first-seen"
    word = {
        Trust.FIRST_SEEN: "Not verified",
        Trust.VERIFIED: "Verified",
        Trust.CHANGED: "Number changed",
    }[chat.trust]
    return f"{glyphs.trust[chat.trust]} {word}", chat.trust.value


class Header(Styled):
    """Shows a chat's name, trust and address."""

    PREFIX = "header"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"header--{name}" for name in ("name", "verified", "first-seen", "changed", "quiet")
    }

    chat: reactive[Chat | None] = reactive(None, repaint=False)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def watch_chat(self, old: Chat | None, new: Chat | None) -> None:
        if old is None or new is None or _shown_of(old) != _shown_of(new):
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base, chat = self.size.width, self.style(), self.chat
        if chat is None or y:
            return Strip.blank(width, base)
        words, style = trust_in_words(chat, self._glyphs)
        name = shorten(chat.name, max(4, width - cell_len(words) - 5), self._glyphs.ellipsis)
        segments = [
            Segment(f" {name} ", base + self.part("name")),
            Segment(f" {words} ", base + self.part(style)),
        ]
        left = sum(cell_len(text) for text, *_ in segments)
        right = "F3 details " if width >= KEYS_FROM else ""
        room = width - left - len(right) - 3
        if width >= DETAIL_FROM and room > 8 and chat.address != chat.name:
            address = f"  {shorten(chat.address, room - 1, self._glyphs.ellipsis)}"
            segments.append(Segment(address, base + self.part("quiet")))
        strip = Strip(segments).adjust_cell_length(width - len(right), base)
        return Strip.join([strip, Strip([Segment(right, base + self.part("quiet"))])])


def _shown_of(chat: Chat) -> tuple[object, ...]:
    return chat.name, chat.address, chat.trust, chat.standing
