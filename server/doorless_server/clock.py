"""Two clocks: one that says what day it is, and may be set; one that only goes on.

Whatever deletes by the day, or signs it for good, asks `Watch` before: a clock that was set wrongly
must not make a month pass in a second. Spec: docs/spec/07-relay.md §7.
"""

from collections.abc import Callable
from typing import Final

from doorless_server import events
from doorless_server.limits import DAY, HOUR

Elapsed = Callable[[], float]
"""Seconds since some moment, by a clock that nobody sets; it goes on while a computer sleeps."""

MAX_JUMP: Final = DAY
"""Seconds that the clock may be put ahead at once: time zones, and hours of a bad one, are less."""


class Watch:
    """Notices that the clock was put ahead while this process ran.

    At its start a process believes the clock: to start it again is to say that it is right.
    """

    def __init__(self, elapsed: Elapsed | None) -> None:
        """
        Args:
            elapsed: None where time passes by the caller's word alone: it is believed.
        """
        self._elapsed = elapsed
        self._furthest: float | None = None
        self._is_said = False

    def believes(self, now: int) -> bool:
        """Whether the clock came to `now` by passing time, give or take MAX_JUMP."""
        if self._elapsed is None:
            return True
        ahead = now - self._elapsed()
        if self._furthest is None or not is_jump(ahead - self._furthest):
            # One that was set back may come back: that is no jump ahead.
            self._furthest = ahead if self._furthest is None else max(self._furthest, ahead)
            self._is_said = False
            return True
        if not self._is_said:
            self._is_said = True
            events.say(events.CLOCK_JUMPED, hours=int((ahead - self._furthest) // HOUR))
        return False

    def steady(self, now: int) -> int:
        """`now`, or what it would be had nobody set the clock: in whole seconds.

        What is kept by it for so many days is not over when a clock that was set comes back.
        """
        if self._elapsed is None or self._furthest is None:
            return now
        reckoned = int(self._furthest + self._elapsed())
        return reckoned if now < reckoned or is_jump(now - reckoned) else now


def is_jump(seconds: float) -> bool:
    return seconds > MAX_JUMP
