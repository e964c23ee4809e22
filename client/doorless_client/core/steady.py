"""A clock that only goes forward, and no faster than this program runs: for what disappears.

    opened     the computer's clock, or what this one showed last, whichever is later
    from then  as many seconds more as passed since, whatever the computer's clock is set to

So a clock that is set back prolongs nothing, and one that is set forward ends nothing early.
Spec: docs/spec/08-state.md §15.6.
"""

from collections.abc import Callable

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Setting

Clock = Callable[[], float]

_ROW = "steady clock"


class Steady:
    """Args: uptime: seconds since some moment; nobody sets it."""

    def __init__(self, store: Store, clock: Clock, uptime: Clock) -> None:
        self._settings, self._clock, self._uptime = store.settings, clock, uptime
        held = store.settings.get(_ROW)
        last = msgspec.msgpack.decode(held.value, type=float) if held else 0.0
        self._begun = latest(clock(), last) - uptime()

    def now(self) -> float:
        return self._begun + self._uptime()

    def keep(self) -> None:
        """From here it goes on when the profile is opened again. Inside a change."""
        self._settings.put(Setting(_ROW, msgspec.msgpack.encode(self.now())))

    def on_the_computer(self, at: float) -> int:
        """When that is by the computer's own clock, Unix seconds."""
        return int(at - self.now() + self._clock())


def latest(clock: float, last: float) -> float:
    """Where it begins: never before what it showed last."""
    return max(clock, last)
