"""Not more often than somebody can bear."""

from collections.abc import Callable

BELL_EVERY = 2.0
"""Seconds between two bells: whoever floods us does not get to play on the terminal."""


class Pace:
    """Lets one thing happen each `every` seconds; what comes sooner is dropped, not put off."""

    def __init__(self, every: float, clock: Callable[[], float]) -> None:
        """`clock`: seconds that only grow."""
        self._every, self._clock = every, clock
        self._last: float | None = None

    def may(self) -> bool:
        """Whether it may happen now; if so, it did."""
        now = self._clock()
        if self._last is not None and now - self._last < self._every:
            return False
        self._last = now
        return True
