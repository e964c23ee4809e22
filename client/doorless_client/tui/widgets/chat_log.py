"""A conversation in which messages are picked, chosen and acted on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from msgspec import structs
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Told
from textual.reactive import reactive
from textual.selection import Selection
from textual.strip import Strip

from doorless_client.core.message_parts import FileView
from doorless_client.core.views import Message
from doorless_client.text import NOTHING, SafeText
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.layout import is_system
from doorless_client.tui.marked import UNCOVER
from doorless_client.tui.rows import Row
from doorless_client.tui.timeline import Timeline
from doorless_client.tui.widgets.log_view import LogView, Place

__all__ = ["ChatLog", "Place"]

NEAR = 8
"""Positions by which a message that was picked may have moved meanwhile, to be found again."""

FOR_MANY = frozenset({"copy", "forward", "delete"})
"""What is done to all chosen messages; anything else is done to the picked one."""


class ChatLog(LogView, can_focus=True):
    """Tells which message was picked, and what is to be done with it or with those chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "pick(-1)", "Message before", id="log.up"),
        Binding("down,j", "pick(1)", "Message after", id="log.down"),
        Binding("g,home", "first", "First message", id="log.first"),
        Binding("G,end", "last", "Newest message", id="log.last"),
        Binding("u", "unread", "First unread", id="log.unread"),
        Binding("r", "act('reply')", "Reply", id="log.reply"),
        Binding("a", "act('react')", "React with an emoji", id="log.react"),
        Binding("e", "act('edit')", "Edit, if it is yours", id="log.edit"),
        Binding("f", "act('forward')", "Forward", id="log.forward"),
        Binding("y", "act('copy')", "Copy", id="log.copy"),
        Binding("d,delete", "act('delete')", "Delete", id="log.delete"),
        Binding("p", "act('pin')", "Pin, or take the pin out", id="log.pin"),
        Binding("i", "act('info')", "About the message", id="log.info"),
        Binding("enter,o", "act('open')", "Open the file or link; else about it", id="log.open"),
        Binding("s", "act('save')", "Save the file", id="log.save"),
        Binding("x", "act('cancel')", "Cancel what is not sent or here yet", id="log.cancel"),
        Binding("t", "act('retry')", "Try again what failed", id="log.retry"),
        Binding("v", "uncover", "Show what is hidden in it", id="log.uncover"),
        Binding("q", "to_quote", "To what is quoted", id="log.quote"),
        Binding("backspace", "back", "Back from there", id="log.back"),
        Binding("space", "choose", "Choose several", id="log.mark"),
        Binding("w", "screen.back", "Back to writing", id="log.write"),
        Binding("n", "seek(1)", "Next found", id="log.next"),
        Binding("N", "seek(-1)", "Found before", id="log.before"),
    ]

    picked: reactive[int | None] = reactive(None)

    class Picked(Told):
        """Another message is picked now, or none."""

        def __init__(self, message: Message | None) -> None:
            self.message = message
            super().__init__()

    class Chosen(Told):
        """Other messages are chosen now, or none."""

    class Act(Told):
        """Something is to be done with messages.

        Attributes:
            what: as in the bindings; or "react with", "link", "lost": a quote leads nowhere.
            words: the emoji, or the link.
        """

        def __init__(self, what: str, messages: Sequence[Message], words: str = "") -> None:
            self.what, self.messages, self.words = what, messages, words
            super().__init__()

        @property
        def message(self) -> Message:
            return self.messages[-1]

    class Seek(Told):
        """The next thing found is wanted, or the one before (-1)."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    def __init__(self, now: Callable[[], int], glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(now, glyphs, id=id)
        self._chosen: dict[bytes, Message] = {}
        self._came_from: list[bytes] = []
        self._picked_one: Message | None = None
        self._uncovered: Message | None = None  # as it was then: what it says later is another

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
        self.picked = None
        self._chosen.clear()
        self._came_from.clear()
        super().show(timeline, unread=unread, at=at, name=name, address=address)

    def _load(self) -> None:
        kept = self._picked_one  # its place may be another's by now
        super()._load()
        self.picked = self._position(kept) if kept is not None else None

    def _position(self, message: Message) -> int | None:
        """Where it is now, about where it was; None: it is gone, or it moved too far."""
        if self.timeline is None:
            return None
        first, last = message.position - NEAR, message.position + NEAR
        for place in range(max(0, first), min(last + 1, self.timeline.count)):
            there = self.timeline[place]
            if is_same(there, message):
                return place
        return None

    def as_it_is(self, message: Message) -> Message | None:
        """What is shown of it now; None: it is gone, or it moved too far."""
        place = self._position(message)
        return self.timeline[place] if self.timeline is not None and place is not None else None

    @property
    def picked_message(self) -> Message | None:
        timeline, place = self.timeline, self.picked
        if timeline is None or place is None or place >= timeline.count:
            return None
        return timeline[place]

    def change(self, messages: list[Message]) -> None:
        super().change(messages)
        for message in messages:
            if message.id in self._chosen:
                self._chosen[message.id] = message
            if message.position == self.picked:
                self._picked_one = message
                self.post_message(self.Picked(message))

    def move_files(self, files: Mapping[bytes, FileView]) -> None:
        """Files of these messages came further."""
        if self.timeline is not None:
            there = ((self.timeline.find(id), file) for id, file in files.items())
            self.change([structs.replace(message, file=file) for message, file in there if message])

    def _rows(self, place: int) -> list[Row]:
        message, before = self._pair(place)
        if place != self.picked or not is_uncovered(message, self._uncovered):
            return super()._rows(place)
        return replace(self._layout, bare=True).rows(message, before)

    def _finish(self, place: int, drawn: list[Strip]) -> list[Strip]:
        message = self._pair(place)[0]
        is_chosen = message.id in self._chosen and bool(message.id)
        if place != self.picked and not is_chosen:
            return drawn
        lead = self.lead(place)
        return [*drawn[:lead], *(self._marked(one, is_chosen) for one in drawn[lead:])]

    def _marked(self, strip: Strip, is_chosen: bool) -> Strip:
        """The row of a picked or chosen message: a sign at its left, another ground around it."""
        plain, cursor = self.style().bgcolor, self.style("cursor").bgcolor
        ground = Style(bgcolor=cursor)
        bar = Style(color=self.style("mark").color, bgcolor=cursor)
        segments = [
            Segment(text, style + ground if style and style.bgcolor == plain else style)
            for text, style, _ in strip
        ]
        rest = Strip(segments, self._laid_out).crop(1)
        sign = self._glyphs.marked if is_chosen else self._glyphs.selected
        return Strip.join([Strip([Segment(sign, bar)], 1), rest])

    # --- selecting with the mouse ----------------------------------------------------------

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self.heights.total - 1
        lines = []
        for row in range(max(0, first), min(last, self.heights.total - 1) + 1):
            if (found := self.message_at(row)) and (span := selection.get_span(row)):
                start, end = span
                strip = self._strips(found[0])[found[2]]
                part = strip.crop(start, None if end == -1 else end).text
                lines.append(part.strip(self._glyphs.left_edge + self._glyphs.right_edge + " "))
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        del selection
        self.refresh()

    # --- picking ---------------------------------------------------------------------------

    def watch_picked(self, old: int | None, new: int | None) -> None:
        self._uncovered = None
        for place in (old, new):
            if place is not None:
                self._drawn.discard(place)
        self.refresh()
        if new is not None and self._laid_out:
            self._bring_into_view(new)
        self._picked_one = self.picked_message
        self.post_message(self.Picked(self._picked_one))

    def _bring_into_view(self, place: int) -> None:
        top, height = self.heights.top(place), self.heights.height(place)
        self._grow()
        first, view = round(self.scroll_y), self.scrollable_content_region.height
        if top < first - view or top > first + 2 * view:
            self.reveal(place)
        elif top < first or height > view:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        elif top + height > first + view:
            self.scroll_to(y=top + height - view, animate=False, immediate=True, force=True)

    def action_pick(self, step: int) -> None:
        if self.timeline is None:
            return
        place = self.timeline.count if self.picked is None else self.picked
        while 0 <= place + step < self.timeline.count:
            place += step
            if not is_system(self.timeline[place]):
                self.picked = place
                return

    def pick(self, message: Message) -> bool:
        """Pick it, wherever it is now. False: it is shown no more."""
        place = self._position(message)
        if place is not None:
            self.picked = place
        return place is not None

    def action_first(self) -> None:
        self.picked = None
        self.scroll_home(animate=False, immediate=True)

    def action_last(self) -> None:
        self.picked = None
        self._place(None)
        self._settle()

    def action_unread(self) -> None:
        self.jump_to_unread()

    def action_seek(self, step: int) -> None:
        self.post_message(self.Seek(step))

    # --- choosing several ------------------------------------------------------------------

    @property
    def chosen(self) -> Sequence[Message]:
        """In the order shown."""
        return sorted(self._chosen.values(), key=lambda message: message.position)

    def action_choose(self) -> None:
        """Choose the picked message, or choose it no more."""
        message = self.picked_message
        if message is None or not message.id:
            return
        if self._chosen.pop(message.id, None) is None:
            self._chosen[message.id] = message
        self._drawn.discard(message.position)
        self.refresh()
        self.post_message(self.Chosen())

    def choose_none(self) -> None:
        if self._chosen:
            self._chosen.clear()
            self._drawn.clear()
            self.refresh()
            self.post_message(self.Chosen())

    # --- acting ----------------------------------------------------------------------------

    def action_act(self, what: str) -> None:
        message = self.picked_message
        if what in FOR_MANY and self._chosen:
            self.post_message(self.Act(what, self.chosen))
        elif message is not None:
            self.post_message(self.Act(what, [message]))

    def action_uncover(self) -> None:
        """Show what is hidden in the picked message, until another is picked; or hide it again."""
        message = self.picked_message
        if message is not None and self.picked is not None:
            again = is_uncovered(message, self._uncovered)
            self._uncovered = None if again else message
            self._drawn.discard(self.picked)
            self.refresh()

    def action_to_quote(self) -> None:
        message = self.picked_message
        if message is None or message.quote is None:
            return
        if message.quote.position is None:
            self.post_message(self.Act("lost", [message]))
            return
        self._came_from.append(message.id)
        self.picked = message.quote.position

    def action_back(self) -> None:
        """To the message whose quote was followed, as often as quotes were followed."""
        while self._came_from and self.timeline is not None:
            if (message := self.timeline.find(self._came_from.pop())) and self.pick(message):
                return

    def on_click(self, event: events.Click) -> None:
        found = self.message_at(event.y + self.scroll_offset.y)
        if found is None or is_system(found[1]):
            return
        self.picked = found[0]
        what, _, words = event.style.meta.get("target", "").partition(" ")
        match what:
            case "quote":
                self.action_to_quote()
            case "file":
                self.action_act("open")
            case target if target == UNCOVER:
                self.action_uncover()
            case "react":
                self.post_message(self.Act("react with", [found[1]], words))
            case "link":
                self.post_message(self.Act("link", [found[1]], words))


def is_same(one: Message, other: Message) -> bool:
    """Others choose their ids as they like, ours among them."""
    said = one.conversation, one.id, one.mine
    return said == (other.conversation, other.id, other.mine)


def is_uncovered(message: Message, uncovered: Message | None) -> bool:
    """Whether the person asked for what is hidden in it, in these words."""
    return uncovered is not None and is_same(message, uncovered) and message.text == uncovered.text
