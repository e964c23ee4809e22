"""A long history on the screen, of which only the rows in view are ever made."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message as Told
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doorless_client.core.views import Message
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import NOTHING, SafeText
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.layout import Layout
from doorless_client.tui.rows import Row
from doorless_client.tui.timeline import Timeline
from doorless_client.tui.widgets.heights import Heights
from doorless_client.tui.widgets.styled import Styled

ENTRIES_DRAWN = 256
"""Entries whose rows are kept: some screens' worth."""

GROUNDED = (
    *("text", "meta", "unknown", "gone", "waiting", "read", "failed", "file", "bar", "bar-rest"),
    *("quote-bar", "quote-name", "quote", "claim", "link", "rule"),
    *("code", "code-edge", "hidden", "bare"),
)
"""Roles of a message's parts; each has a style on each of the grounds own, peer and plain."""

Place = tuple[int, int] | None
"""Where somebody reads: an entry and how many of its rows are above the screen; or the end."""


class LogView(Styled, ScrollView):
    """Shows a Timeline at any length, at the cost of a screen; the reader's place stays."""

    PREFIX = "chat-log"
    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"chat-log--{ground}-{role}" for ground in ("own", "peer", "plain") for role in GROUNDED),
        *(f"chat-log--{name}" for name in ("rail-own", "rail-peer", "chip", "chip-own")),
        *(f"chat-log--{name}" for name in ("day", "rule", "unread", "note", "gap")),
        *(f"chat-log--{name}" for name in ("cursor", "mark")),
    }

    density: reactive[str] = reactive("bubbles", init=False)
    emoji: reactive[str] = reactive("pictures", init=False)
    marks: reactive[bool] = reactive(True, init=False)
    rows: reactive[int] = reactive(0)  # of the whole history, as far as it is known
    below: reactive[int] = reactive(0)  # messages that came while the reader was further up

    class ReadToEnd(Told):
        """The newest message is on screen."""

    def __init__(self, now: Callable[[], int], glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs, self._now = glyphs, now
        self.timeline: Timeline | None = None
        self.heights = Heights(self._measure)
        self._called = self._address = NOTHING
        self._layout = self._laid(40)
        self._drawn: LRUCache[int, list[Strip]] = LRUCache(ENTRIES_DRAWN)
        self._sticks = True  # to the end
        self._moving = False  # the view is being placed; the reader does not scroll
        self._laid_out = 0  # width, in cells

    def _laid(self, width: int, unread_from: int | None = None, unread: int = 0) -> Layout:
        layout = LAYOUTS[self.density]
        called = (self._called, self._address)
        glyphs = replace(self._glyphs, emoji=self._glyphs.emoji and self.emoji == "pictures")
        return layout(width, glyphs, self._now, unread_from, unread, *called, self.marks)

    # --- what it shows ---------------------------------------------------------------------

    def show(
        self,
        timeline: Timeline | None,
        *,
        unread: int = 0,
        at: Place = None,
        name: SafeText = NOTHING,
        address: SafeText = NOTHING,
    ) -> None:
        """Begin with another conversation, at its first unread message or where `at` says.

        Args:
            name: what the other one is called.
            address: what they are known as.
        """
        self.below = 0
        self.timeline, self._called, self._address = timeline, name, address
        first = timeline.first_unread() if timeline and unread else None
        self._layout = self._laid(self._laid_out or 40, first, unread)
        self._load()
        if self._laid_out:
            self._open_at(at)

    def sync(self, late: int | None = None) -> None:
        """Show what came since the last time. `late`: the first position of what came late."""
        if self.timeline is None:
            return
        known = self.timeline.count
        new = self.timeline.catch_up(moved=late is not None)
        if self.timeline.count < known:
            self._reload()
        elif late is not None:
            self._reload(late, len(new))
        elif new:
            self.heights.append([len(self.timeline[place].text) for place in new])
            self._grow()
            if self._sticks:
                self._place(None)
            else:
                self.below += sum(not self.timeline[place].mine for place in new)
            self.refresh()

    def change(self, messages: list[Message]) -> None:
        """Show these in place of their former selves."""
        if self.timeline is None:
            return
        total = self.heights.total
        for message in messages:
            if message.position < self.timeline.count:
                self.timeline.replace(message)
                self._drawn.discard(message.position)
                self.heights.remeasure(message.position)
        if self.heights.total != total:
            self._grow()
            if self._sticks:
                self._place(None)
        self.refresh()

    @property
    def place(self) -> Place:
        """Where the reader is, to come back to later."""
        if self._sticks or self.timeline is None or not self.timeline.count:
            return None
        row = self.scroll_offset.y
        entry = self.heights.find(row)
        return entry, row - self.heights.top(entry)

    @property
    def at_end(self) -> bool:
        return self._sticks

    def message_at(self, row: int) -> tuple[int, Message, int] | None:
        """Place, message and row within it, for a row of the whole history."""
        if self.timeline is None or not 0 <= row < self.heights.total:
            return None
        place = self.heights.find(row)
        return place, self.timeline[place], row - self.heights.top(place)

    def lead(self, place: int) -> int:
        """Rows of an entry that come before its message."""
        return self._layout.lead(*self._pair(place))

    def reload(self) -> None:
        """Read all of it anew: some entries are shown no more. The reader stays about there."""
        if self.timeline is not None:
            at = self.place
            self.timeline.forget()
            self._load()
            last = self.timeline.count - 1
            self._open_at((min(at[0], last), at[1]) if at and last >= 0 else None, jump=False)

    def redraw(self) -> None:
        """Draw all of it anew: what it says of time may be said otherwise now."""
        self._drawn.clear()
        self.refresh()

    def reveal(self, place: int) -> None:
        """Bring an entry into view, a third of the screen from its top."""
        self.heights.top(place)  # measures what is around it
        third = self.size.height // 3
        row = max(0, self.heights.top(place) - third)
        self.heights.ensure(row, row + self.size.height, row)
        self._place(max(0, self.heights.top(place) - third))
        self._settle()

    def jump_to_unread(self) -> bool:
        """Scroll to the line of unread messages. False when there is none."""
        if self._layout.unread_from is None:
            return False
        self._place(max(0, self.heights.top(self._layout.unread_from) - 1))
        self._settle()
        return True

    # --- geometry --------------------------------------------------------------------------

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        if width != self._laid_out:
            self._reflow(width)
        elif self._sticks:
            self._place(None)

    def _reflow(self, width: int) -> None:
        """Lay out for another width and keep the reader's place; costs no more for more history."""
        first = not self._laid_out
        at = self.place
        self._laid_out = width
        self._layout = self._laid(width, self._layout.unread_from, self._layout.unread)
        self._drawn.clear()
        self._relayout()
        self._open_at(None if first else at, jump=first)

    def _open_at(self, at: Place, *, jump: bool = True) -> None:
        view = max(1, self.size.height)
        self._sticks = at is None
        if at is not None:
            row = self.heights.top(at[0]) + at[1]
            self.heights.ensure(row, row + view, row)
            self._grow()
            self._place(self.heights.top(at[0]) + min(at[1], self.heights.height(at[0]) - 1))
        else:
            total = self.heights.total
            self.heights.ensure(total - view, total, total)
            self._grow()
            self._place(None)
            first = self._layout.unread_from
            if jump and first is not None and self.heights.top(first) < self.heights.total - view:
                self.jump_to_unread()
        self.refresh()
        self.call_after_refresh(self._place_bar)
        self._tell_if_read()

    def _load(self) -> None:
        self._drawn.clear()
        if self.timeline is None:
            self.heights.load(0, [])
        else:
            self.heights.load(self.timeline.count, self.timeline.lengths())
        self._relayout()
        self._grow()
        self.refresh()

    def _relayout(self) -> None:
        self.heights.relayout(self._layout.inner, self._layout.ROWS_BESIDE_TEXT)

    def dress(self, chosen: ProfileSettings) -> None:
        """Look as the person chose."""
        self.density, self.emoji, self.marks = chosen.density, chosen.emoji, chosen.marks

    def watch_density(self) -> None:
        if self._laid_out:
            self._reflow(self._laid_out)

    def watch_emoji(self) -> None:
        self.watch_density()

    def watch_marks(self) -> None:
        self.watch_density()

    def _reload(self, late: int = 0, count: int = 0) -> None:
        """Load anew. Where `count` entries came late, from `late` on, the reader stays."""
        at = self.place if count else None
        self._load()
        self._open_at((at[0] + count * (at[0] >= late), at[1]) if at else None, jump=False)

    def _grow(self) -> None:
        """Take another height. Setting `virtual_size` would lay the whole screen out again."""
        size = Size(self._laid_out, self.heights.total)
        if size != self.virtual_size:
            self.set_reactive(LogView.virtual_size, size)
            moving, self._moving = self._moving, True
            self._scroll_update(size)  # may clamp the place: not the reader's doing
            self._moving = moving
            self.rows = size.height

    def _place(self, row: int | None) -> None:
        """Move the view, without that counting as the reader's scrolling. None: to the end."""
        self._grow()
        end = max(0, self.heights.total - self.scrollable_content_region.height)
        self._moving = True
        self.scroll_to(
            y=end if row is None else min(row, end), animate=False, immediate=True, force=True
        )
        self._moving = False

    def _place_bar(self) -> None:
        # ScrollView tells the bar only while it is shown; on the first layout it is not yet
        if self.show_vertical_scrollbar:
            bar = self.vertical_scrollbar
            bar.window_virtual_size = self.virtual_size.height
            bar.window_size = self.container_size.height
            bar.position = self.scroll_y
            bar.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._moving and self.timeline is not None and self._laid_out:
            self._settle()

    def _settle(self) -> None:
        """After scrolling: measure what came into view, and stay where the reader looks."""
        row = round(self.scroll_y)
        total = self.heights.total
        shift = self.heights.ensure(row, row + self.size.height, row)
        if self.heights.total != total:
            self._grow()
        if shift:
            self._place(row + shift)
        self._sticks = self.scroll_y >= self.max_scroll_y
        self._tell_if_read()

    def _tell_if_read(self) -> None:
        if self._sticks:
            self.below = 0
            if self.timeline is not None and self.timeline.count:
                self.post_message(self.ReadToEnd())

    # --- rows ------------------------------------------------------------------------------

    def _pair(self, place: int) -> tuple[Message, Message | None]:
        """An entry and the one before it."""
        if self.timeline is None:
            raise ValueError("no conversation is shown")
        return self.timeline[place], self.timeline[place - 1] if place else None

    def _measure(self, place: int) -> int:
        return self._layout.height(*self._pair(place))

    def _strips(self, place: int) -> list[Strip]:
        if (drawn := self._drawn.get(place)) is None:
            drawn = [self._strip(row) for row in self._rows(place)]
            self._drawn[place] = self._finish(place, drawn)
        return self._drawn[place]

    def _rows(self, place: int) -> list[Row]:
        return self._layout.rows(*self._pair(place))

    def _finish(self, place: int, drawn: list[Strip]) -> list[Strip]:
        """What is drawn of an entry, with what the person did to it."""
        del place
        return drawn

    def _strip(self, row: Row) -> Strip:
        segments = [
            Segment(text, ink + Style(meta={"target": target}) if target else ink)
            for text, name, target in row
            for ink in (self._ink(name),)
        ]
        return Strip(segments).adjust_cell_length(self._laid_out, self.style())

    def _ink(self, name: str) -> Style:
        """A style of a row's part; the edge of a bubble is drawn in the bubble's ground."""
        if name.startswith("edge-"):
            return self.style() + Style(color=self.style(f"{name[5:]}-text").bgcolor)
        return self.style(name)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn.clear()

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        found = self.message_at(row)
        if found is None:
            return Strip.blank(self.size.width, self.style())
        place, _, within = found
        strip = self._strips(place)[within]
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row)) is not None:
            start, end = span[0], self._laid_out if span[1] == -1 else span[1]
            chosen = self.screen.get_component_rich_style("screen--selection")
            strip = Strip.join(
                [strip.crop(0, start), strip.crop(start, end).apply_style(chosen), strip.crop(end)]
            )
        return strip.apply_offsets(0, row)
