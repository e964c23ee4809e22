"""How long nobody has touched the messenger."""

from collections.abc import Callable

Seconds = Callable[[], float]


class Idleness:
    """By two clocks, and the longer time counts.

    A wall clock that is set back prolongs nothing; a computer that slept, whose other clock
    stood still, was idle all the while.
    """

    def __init__(self, wall: Seconds, ticking: Seconds) -> None:
        self._wall, self._ticking = wall, ticking
        self.touch()

    def touch(self) -> None:
        """Somebody is here."""
        self._since = self._wall(), self._ticking()

    @property
    def seconds(self) -> float:
        wall, ticking = self._since
        return max(self._wall() - wall, self._ticking() - ticking)
