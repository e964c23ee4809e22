"""Places where two devices meet that know nothing of each other's mailboxes.

A place is a digest that only who holds a link can name; what is left there is sealed, is read
as often as it is asked for, and is gone after some minutes. In memory alone: the relay that
restarts has forgotten that anybody met. Where a relay has several nodes, each holds what was left
at any of them. Spec: docs/spec/07-relay.md §4.5.
"""

from collections import OrderedDict
from typing import NamedTuple

from doorless_protocol.frames import Answered, Collected, Done, Leave, Refusal
from doorless_server.clock import Elapsed
from doorless_server.effects import refused
from doorless_server.limits import Buckets, Rate

LIFE = 300
"""Seconds for which something stays: as long as a link holds (11-devices §2.2)."""

MAX_PLACES = 512
"""Places in use; at 32 KiB each, 16 MiB. A meeting takes five."""

LEAVES = Rate(burst=50, per_second=1 / 12)
"""Of one address: ten meetings at once, one more each minute. Held in memory only."""

COLLECTS = Rate(burst=1_000, per_second=10)
"""Of one address: who waits for an answer asks once a second."""


class _Left(NamedTuple):
    sealed: bytes
    until: int


class Meeting:
    """All places of one relay."""

    def __init__(self, elapsed: Elapsed | None = None) -> None:
        self._places: OrderedDict[bytes, _Left] = OrderedDict()  # the oldest first
        self._leaves = Buckets(LEAVES, elapsed=elapsed)
        self._collects = Buckets(COLLECTS, elapsed=elapsed)

    def leave(self, asked: Leave, now: int, source: str) -> Answered:
        """Keep it, unless something else is there: the same once more is Done."""
        self._forget(now)
        held = self._places.get(asked.place)
        if held is not None:
            return Done() if held.sealed == asked.sealed else refused(Refusal.TAKEN)
        if len(self._places) >= MAX_PLACES:
            return refused(Refusal.BUSY, LIFE)
        if seconds := self._leaves.of(source, now).take(now):
            return refused(Refusal.BUSY, seconds)
        self._places[asked.place] = _Left(asked.sealed, now + LIFE)
        return Done()

    def left_elsewhere(self, place: bytes, sealed: bytes, now: int) -> None:
        """The same was left at another node, for whoever asks at this one."""
        self._forget(now)
        if len(self._places) < MAX_PLACES:
            self._places.setdefault(place, _Left(sealed, now + LIFE))

    def collect(self, place: bytes, now: int, source: str) -> Answered:
        """What is there. A place that is empty and one that never was look alike."""
        self._forget(now)
        if seconds := self._collects.of(source, now).take(now):
            return refused(Refusal.BUSY, seconds)
        held = self._places.get(place)
        return refused(Refusal.NOT_ALLOWED) if held is None else Collected(held.sealed)

    def _forget(self, now: int) -> None:
        """A clock that was set back keeps what is there for no longer than its life."""
        for place, left in list(self._places.items()):
            if now < left.until and left.until <= now + LIFE:
                break
            del self._places[place]
