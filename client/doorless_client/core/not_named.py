"""A list of devices that somebody told of, and that the key log does not name yet.

    10 to 20 s, an epoch or two ──► each time twice as long ──► at most 5 to 10 minutes

It is there some seconds after it was signed. A relay that never enters it is not asked for ever
at that pace. Spec: docs/spec/08-state.md §8.
"""

from collections import Counter
from collections.abc import Callable

from doorless_client.core.busy import BusyError
from doorless_client.core.drawn import between

FIRST_WAIT = (10.0, 20.0)
"""Seconds, least and most, before a log is asked again: an epoch comes every ten."""

LONGEST_WAIT = (300.0, 600.0)
"""The same of every later time, once the wait has doubled that far."""


class NotNamedError(BusyError):
    """Nothing leaves by an older list, and nothing by this one."""

    def __init__(self, why: str) -> None:
        super().__init__(why, FIRST_WAIT[1])


class Waits:
    """How often in a row each account's list was not named, in this run of the program."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._times: Counter[bytes] = Counter()

    def next(self, account: bytes) -> float:
        """Once more it was not: seconds until it is asked again."""
        doubled = 1 << min(self._times[account], 16)
        self._times[account] += 1
        least, most = (
            min(first * doubled, longest)
            for first, longest in zip(FIRST_WAIT, LONGEST_WAIT, strict=True)
        )
        return between(least, most, self._random(4))

    def over(self, account: bytes) -> None:
        """It is named, or need not be."""
        self._times.pop(account, None)
