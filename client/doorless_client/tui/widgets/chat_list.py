"""All conversations, newest first: two lines each, or an avatar alone where room is scarce."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message as Told
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.tui import moments
from doorless_client.tui.avatar import hue, initials
from doorless_client.tui.empty import NO_CHATS
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.widgets.styled import Styled
from doorless_client.tui.wrapping import shorten

RAIL_BELOW = 16
"""Cells: a narrower list is a rail of avatars."""


class ChatList(Styled, ScrollView, can_focus=True):
    """Shows chats and which is open; tells which one was asked for."""

    PREFIX = "chat-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Chat above", id="list.up"),
        Binding("down,j", "move(1)", "Chat below", id="list.down"),
        Binding("enter", "open", "Open the chat", id="list.open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"chat-list--{name}"
        for name in (
            *("name", "preview", "time", "badge", "muted", "selected", "typing", "draft"),
            *("mark", "verified", "first-seen", "changed", "request", "avatar"),
        )
    }

    cursor: reactive[int] = reactive(0)

    class Opened(Told):
        """A chat is to be shown."""

        def __init__(self, conversation: bytes) -> None:
            self.conversation = conversation
            super().__init__()

    class Unfold(Told):
        """The archived chats are to be shown, or folded away again."""

    def __init__(self, now: Callable[[], int], glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now, self._glyphs = now, glyphs
        self._folded = 0
        self._chats: Sequence[Chat] = ()
        self._open: bytes | None = None

    @property
    def chats(self) -> Sequence[Chat]:
        return self._chats

    def show(self, chats: Sequence[Chat], opened: bytes | None, *, folded: int = 0) -> None:
        """Show these; the cursor stays on the chat it was on, or goes to the one now opened.

        Args:
            folded: how many more are archived: one row says so.
        """
        here = self._chats[self.cursor].conversation if self.cursor < len(self._chats) else None
        wanted = opened if opened != self._open else here
        changed = self._rows_that_change(chats, opened)
        if folded != self._folded:
            self._folded = folded
            self.refresh()
        self._chats, self._open = chats, opened
        places = {chat.conversation: place for place, chat in enumerate(chats)}
        self._measure()
        self.cursor = places.get(wanted or b"", min(self.cursor, max(0, len(chats) - 1)))
        for place in changed:
            self.refresh_lines(place * self._step, self._step)

    def _rows_that_change(self, chats: Sequence[Chat], opened: bytes | None) -> list[int]:
        """Places whose rows will differ; those beyond the end of either list among them."""
        was, now = self._chats, chats
        turned = {self._open, opened} if opened != self._open else set()
        return [
            place
            for place in range(max(len(was), len(now)))
            if place >= min(len(was), len(now))
            or was[place] != now[place]
            or now[place].conversation in turned
        ]

    @property
    def _rail(self) -> bool:
        return self.size.width < RAIL_BELOW

    @property
    def _step(self) -> int:
        """Rows from one chat to the next."""
        return 2 if self._rail else 3

    def on_resize(self) -> None:
        self._measure()
        self._reveal()

    def _measure(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, self._count * self._step)

    @property
    def _count(self) -> int:
        """Rows of chats, and the one for those that are archived."""
        return len(self._chats) + (self._folded > 0)

    def _reveal(self) -> None:
        region = Region(0, self.cursor * self._step, 1, self._step)
        self.scroll_to_region(region, animate=False, immediate=True)

    def watch_cursor(self) -> None:
        self._reveal()
        self.refresh()

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self.refresh()

    def action_move(self, step: int) -> None:
        self.cursor = max(0, min(self._count - 1, self.cursor + step))

    def action_open(self) -> None:
        if self.cursor < len(self._chats):
            self.post_message(self.Opened(self._chats[self.cursor].conversation))
        elif self._folded:
            self.post_message(self.Unfold())

    def on_click(self, event: events.Click) -> None:
        place = (event.y + self.scroll_offset.y) // self._step
        if place < self._count:
            self.cursor = place
            self.action_open()

    # --- rows ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not self._count:
            return self._nobody(y - 1, width)
        place, line = divmod(y + self.scroll_offset.y, self._step)
        if place == len(self._chats) and self._folded and line == 0:
            return self._folded_row(place, width)
        if place >= len(self._chats) or line == self._step - 1:
            return Strip.blank(width, self.style())
        chat = self._chats[place]
        is_open = chat.conversation == self._open
        here = place == self.cursor and self.has_focus
        base = self.style()
        if is_open or here:
            base += Style(bgcolor=self.part("selected").bgcolor)
        bar = self._glyphs.selected if is_open or here else " "
        start = [Segment(bar, base + self.part("mark"))]
        if self._rail:
            segments = [*start, self._avatar(chat, base), self._sign(chat, base)]
        elif line == 0:
            segments = [*start, *self._first_line(chat, base, width)]
        else:
            segments = [*start, *self._second_line(chat, base, width)]
        return Strip(segments).adjust_cell_length(width, base)

    def _nobody(self, row: int, width: int) -> Strip:
        """An empty list says what it is for, where there is room for it."""
        words = NO_CHATS[row] if 0 <= row < len(NO_CHATS) and not self._rail else ""
        text = Segment(f"  {words}", self.style() + self.part("preview"))
        return Strip([text]).adjust_cell_length(width, self.style())

    def _folded_row(self, place: int, width: int) -> Strip:
        here = place == self.cursor and self.has_focus
        base = self.style() + Style(bgcolor=self.part("selected").bgcolor) if here else self.style()
        words = f"{self._folded}" if self._rail else f"{self._folded} archived"
        bar = Segment(self._glyphs.selected if here else " ", base + self.part("mark"))
        row = Segment(f" {self._glyphs.down} {words}", base + self.part("preview"))
        return Strip([bar, row]).adjust_cell_length(width, base)

    def _avatar(self, chat: Chat, base: Style) -> Segment:
        ground = hue(chat.conversation, dark=self.app.current_theme.dark)
        style = base + self.part("avatar") + Style(bgcolor=ground)
        return Segment(f" {initials(chat.name)} ", style)

    def _sign(self, chat: Chat, base: Style) -> Segment:
        """The one thing that a rail has room to say."""
        if chat.trust is Trust.CHANGED:
            return self._trust(chat, base)
        if chat.standing is not Standing.CONTACT:
            return Segment(self._glyphs.standing[chat.standing], base + self.part("request"))
        if chat.unread or chat.marked_unread:
            name = "preview" if chat.muted_until else "verified"
            return Segment(self._glyphs.unread, base + self.part(name))
        return Segment(" ", base)

    def _trust(self, chat: Chat, base: Style) -> Segment:
        if chat.standing is not Standing.CONTACT:
            return Segment(self._glyphs.standing[chat.standing], base + self.part("request"))
        return Segment(self._glyphs.trust[chat.trust], base + self.part(chat.trust.value))

    def _first_line(self, chat: Chat, base: Style, width: int) -> list[Segment]:
        when = moments.brief(chat.when, self._now())
        kept = self._kept(chat)
        room = width - 10 - cell_len(when) - cell_len(kept)
        name = shorten(chat.name, room, self._glyphs.ellipsis)
        used = 6 + cell_len(name) + 2 + cell_len(kept)
        return [
            self._avatar(chat, base),
            Segment(" ", base),
            Segment(name, base + self.part("name")),
            Segment(" ", base),
            self._trust(chat, base),
            *([Segment(kept, base + self.part("time"))] if kept else []),
            Segment(" " * max(1, width - used - cell_len(when) - 1), base),
            Segment(when, base + self.part("time")),
        ]

    def _kept(self, chat: Chat) -> str:
        """Signs of what the person chose for it."""
        signs = [
            *([self._glyphs.pin] if chat.pinned else []),
            *([self._glyphs.muted] if chat.muted_until else []),
        ]
        return "".join(f" {sign}" for sign in signs)

    def _second_line(self, chat: Chat, base: Style, width: int) -> list[Segment]:
        badge = f" {chat.unread} " if chat.unread else ""
        if chat.marked_unread and not badge:
            badge = f" {self._glyphs.unread} "
        text, style = self._preview(chat)
        room = width - 7 - cell_len(badge) - (1 if badge else 0)
        text = set_cell_size(shorten(text, room, self._glyphs.ellipsis), room)
        segments = [Segment("     ", base), Segment(text, base + self.part(style))]
        if badge:
            segments += [
                Segment(" ", base),
                Segment(badge, base + self.part("muted" if chat.muted_until else "badge")),
            ]
        return segments

    def _preview(self, chat: Chat) -> tuple[str, str]:
        if chat.trust is Trust.CHANGED:
            return "Safety number changed", "changed"
        if chat.standing is Standing.BLOCKED:
            return "Blocked", "preview"
        if chat.typing:
            return f"typing{self._glyphs.ellipsis}", "typing"
        if chat.draft and chat.conversation != self._open:
            return f"Draft: {' '.join(chat.draft.split())}", "draft"
        if chat.standing is Standing.REQUEST:
            return f"Wants to talk: {chat.preview}", "preview"
        tick = self._glyphs.ticks.get(chat.state, "") if chat.state is not None else ""
        return f"{tick.strip()} {chat.preview}".strip(), "preview"
