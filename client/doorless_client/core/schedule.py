"""Times that were drawn long before, at which a device does something if it happens to be there.

    drawn ──── the time comes ────► open ──── 5 minutes ────► drawn anew, from that time on
                                     │
                                     └── there: done

A time that passes while the device is away is missed, and made up for by nothing: whoever
watches the effect learns that the device was there at a moment that nobody chose, and not
when it came. So the chain of times goes on from the last time and never from the present.
Spec: docs/spec/08-state.md §11.2.
"""

import msgspec

from doorless_client.core.drawn import between
from doorless_client.core.state import State
from doorless_client.store.records import Setting

OPEN_FOR = 300.0
"""Seconds after a drawn time in which it still counts: for a relay that was busy, once or twice."""


class Schedule:
    """One chain of times, kept in the store under `name`."""

    def __init__(self, state: State, name: str, least: float, most: float) -> None:
        """Times are `least` to `most` seconds apart."""
        self._state, self._name = state, name
        self._least, self._most = least, most

    @property
    def at(self) -> float:
        """The time drawn, Unix seconds; 0 before the first `advance`."""
        row = self._state.store.settings.get(self._name)
        return msgspec.msgpack.decode(row.value, type=float) if row else 0.0

    def is_open(self) -> bool:
        return is_open(self.at, self._state.clock())

    def next_look(self) -> float:
        """When `is_open` changes, Unix seconds; in the past: it is time to `advance`."""
        at = self.at
        return at if at > self._state.clock() else at + OPEN_FOR

    def is_missed(self) -> bool:
        """Whether the time is over, or was drawn by a clock that ran far ahead."""
        at, now = self.at, self._state.clock()
        return now >= at + OPEN_FOR or at > now + self._most

    def advance(self) -> None:
        """Draw the next time: it follows the one before, wherever we are. Inside a change."""
        at, now = self.at, self._state.clock()
        if not at or at > now + self._most:
            at = now - self._draw(0.0)  # as if this chain had always been
        while at <= now:
            at += self._draw(self._least)
        self.set(at)

    def set(self, at: float) -> None:
        """Inside a change."""
        self._state.store.settings.put(Setting(self._name, msgspec.msgpack.encode(at)))

    def _draw(self, least: float) -> float:
        return between(least, self._most, self._state.random(4))


def is_open(at: float, now: float) -> bool:
    """Whether it is the time that was drawn. Later than that it was missed."""
    return at <= now < at + OPEN_FOR
