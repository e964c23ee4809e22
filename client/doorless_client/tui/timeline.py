"""A conversation's history as a screen needs it: any entry at once, few in memory."""

from collections import OrderedDict
from collections.abc import Sequence

from doorless_client.core.api import History
from doorless_client.core.views import Message
from doorless_client.tui.widgets.heights import CHUNK

CHUNKS_KEPT = 12
"""Chunks of a history in memory: the screen's, its neighbours' and some to scroll back to."""


class Timeline:
    """Messages by position, from 0, read in chunks. Knows how many it has told of (`count`)."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._chunks: OrderedDict[int, list[Message]] = OrderedDict()
        self.count = len(history)

    def __getitem__(self, place: int) -> Message:
        chunk, within = divmod(place, CHUNK)
        if (messages := self._chunks.get(chunk)) is None:
            messages = list(self._history.slice(chunk * CHUNK, (chunk + 1) * CHUNK))
            self._chunks[chunk] = messages
            if len(self._chunks) > CHUNKS_KEPT:
                self._chunks.popitem(last=False)
        else:
            self._chunks.move_to_end(chunk)
        return messages[within]

    def lengths(self) -> Sequence[int]:
        return self._history.lengths(CHUNK)

    def first_unread(self) -> int | None:
        return self._history.first_unread()

    def catch_up(self, *, moved: bool = False) -> range:
        """Positions that came since the last time. Empty also when entries went away: reload.

        `moved`: some came between others.
        """
        known, self.count = self.count, len(self._history)
        if moved:
            self._chunks.clear()
        elif self.count > known:
            self._chunks.pop(known // CHUNK, None)
        return range(known, self.count)

    def forget(self) -> None:
        """What was read may be shown no more: read it anew, however much there is of it."""
        self._chunks.clear()
        self.count = len(self._history)

    def find(self, id: bytes) -> Message | None:
        """A message by its id, among those in memory."""
        every = (message for chunk in self._chunks.values() for message in chunk)
        return next((message for message in every if message.id == id), None)

    def replace(self, message: Message) -> None:
        """The entry at its position is this one now."""
        chunk, within = divmod(message.position, CHUNK)
        if (messages := self._chunks.get(chunk)) is not None and within < len(messages):
            if messages[within].id != message.id:
                self._chunks.clear()  # another entry has that position meanwhile
                return
            messages[within] = message
