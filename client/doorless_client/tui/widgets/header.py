"""Who the open conversation is with, and what is known of their keys."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.settings.spans import in_words
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

KEYS_FROM, DETAIL_FROM = 84, 60
"""Cells from which there is room for keys at the right, and for the address."""


def trust_in_words(chat: Chat, glyphs: Glyphs) -> tuple[str, str]:
    """Sign and word, and the name of their style."""
    if chat.note_to_self:
        return "for your own devices alone", "first-seen"
    if chat.echo:
        return "on this computer", "first-seen"
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


def goes_in_words(chat: Chat, glyphs: Glyphs) -> str:
    """How long what is said here lasts; "" where it stays."""
    return f"{glyphs.timer} {in_words(chat.lasts)}" if chat.lasts else ""


def kept_in_words(chat: Chat, glyphs: Glyphs) -> str:
    """Its timer, and whether it is mute or put away: what explains why something did not happen."""
    parts = [
        *([goes] if (goes := goes_in_words(chat, glyphs)) else []),
        *([f"{glyphs.muted} muted"] if chat.muted_until else []),
        *(["archived"] if chat.archived else []),
    ]
    return f" {glyphs.dot} ".join(parts)


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
        if kept := kept_in_words(chat, self._glyphs):
            room = max(0, width - sum(cell_len(text) for text, *_ in segments) - 2)
            words = shorten(f" {kept}", room, self._glyphs.ellipsis)
            segments.append(Segment(words, base + self.part("quiet")))
        left = sum(cell_len(text) for text, *_ in segments)
        right = "F3 details " if width >= KEYS_FROM else ""
        room = width - left - len(right) - 3
        says_more = chat.address != chat.name and not chat.echo
        if width >= DETAIL_FROM and room > 8 and says_more:
            address = f"  {shorten(chat.address, room - 1, self._glyphs.ellipsis)}"
            segments.append(Segment(address, base + self.part("quiet")))
        strip = Strip(segments).adjust_cell_length(width - len(right), base)
        return Strip.join([strip, Strip([Segment(right, base + self.part("quiet"))])])


def _shown_of(chat: Chat) -> tuple[object, ...]:
    return (
        *(chat.name, chat.address, chat.trust, chat.standing),
        *(chat.lasts, chat.muted_until, chat.archived, chat.typing),
    )
