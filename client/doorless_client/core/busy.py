"""A relay that has no time: no refusal, and no failure."""

from typing import Final

LONGEST: Final = 3_600.0
"""Seconds for which a relay puts anything off, whatever it says: four times what an honest one
asks for, and one that names a year would silence us with a number."""


class BusyError(Exception):
    """Not now; the relay may do it in `retry_after` seconds, an hour at most."""

    def __init__(self, why: str, retry_after: float) -> None:
        super().__init__(why)
        self.retry_after = bounded(retry_after)


def bounded(seconds: float) -> float:
    return min(seconds, LONGEST)
