"""How many envelopes are stored in one step: while it lasts nothing is drawn, and no key is heard.

What a step costs beside its envelopes, it costs once: so many, as long as it stays short. How
long one takes depends on the machine and on what else it does, so the last one is the measure.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from doorless_client.taking_in import Receive, take_in
from doorless_client.wire import MAX_DELIVERED
from doorless_protocol.frames import Deliver

AIM = 0.03
"""Seconds that a step may take before the next ones are smaller: one that takes half as long
again, since the machine is suddenly busy, still leaves 50 ms unbroken."""

FIRST, LEAST = 128, 16
"""Envelopes of the first step, of which nothing is known; and of any: a commit has a price."""


class Steps:
    """Args: uptime: seconds, of a clock that nobody sets."""

    def __init__(self, uptime: Callable[[], float]) -> None:
        self._uptime, self._size = uptime, FIRST

    def of(self, delivered: Sequence[Deliver]) -> Iterator[Sequence[Deliver]]:
        """All of it in its order, in steps as large as the last ones allow."""
        at = 0
        while at < len(delivered):
            step = delivered[at : at + self._size]
            at += len(step)
            yield step

    def take_in(self, receive: Receive, step: Sequence[Deliver]) -> Exception | None:
        """One step. Why something of it is not stored; None: all of it is."""
        with self.timed(step):
            return take_in(receive, step)

    @contextmanager
    def timed(self, step: Sequence[Deliver]) -> Iterator[None]:
        """Around what is done with `step` at one go."""
        began = self._uptime()
        yield
        self._learn(len(step), self._uptime() - began)

    def _learn(self, count: int, took: float) -> None:
        if took > AIM:
            self._size = max(LEAST, min(self._size, int(count * AIM / took)))
        elif count == self._size:
            self._size = min(MAX_DELIVERED, self._size + self._size // 4)
