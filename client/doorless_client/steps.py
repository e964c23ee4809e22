"""How many envelopes are stored in one step: while it lasts nothing is drawn, and no key is heard.

What a step costs beside its envelopes, it costs once: so many, as long as it stays short. How
long one takes depends on the machine, so the last one is the measure, by the processor's time:
waiting for a slow disk takes as long for few, and small steps would only wait more often.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import thread_time

from doorless_client.taking_in import Receive, take_in
from doorless_client.wire import MAX_DELIVERED
from doorless_protocol.frames import Deliver

AIM = 0.03
"""Seconds of work in a step before the next ones are smaller: with what it waits for the disk, it
still leaves 50 ms unbroken."""

FIRST, LEAST = 128, 32
"""Envelopes of the first step, of which nothing is known; and of any: a commit has a price."""


class Steps:
    """Args: worked: seconds that the processor worked for us."""

    def __init__(self, worked: Callable[[], float] = thread_time) -> None:
        self._worked, self._size = worked, FIRST

    def of(
        self, delivered: Sequence[Deliver], coming: Sequence[Deliver] = ()
    ) -> Iterator[tuple[Sequence[Deliver], Sequence[Deliver]]]:
        """All of it in its order, in steps as large as the last ones allow; and after each, what
        comes next: of `coming` after the last.
        """
        at = 0
        while at < len(delivered):
            step = delivered[at : at + self._size]
            at += len(step)
            yield step, delivered[at : at + self._size] or coming[: self._size]

    def take_in(
        self, receive: Receive, step: Sequence[Deliver], coming: Sequence[Deliver]
    ) -> Exception | None:
        """One step. Why something of it is not stored; None: all of it is."""
        with self.timed(step):
            return take_in(receive, step, coming)

    @contextmanager
    def timed(self, step: Sequence[Deliver]) -> Iterator[None]:
        """Around what is done with `step` at one go."""
        began = self._worked()
        yield
        self._learn(len(step), self._worked() - began)

    def _learn(self, count: int, took: float) -> None:
        if took > AIM:
            self._size = max(LEAST, min(self._size, int(count * AIM / took)))
        elif count == self._size:
            self._size = min(MAX_DELIVERED, self._size + self._size // 4)
