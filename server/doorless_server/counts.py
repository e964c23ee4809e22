"""What happened since the start, in numbers: of all together, never of anybody.

    the loop and the writers add ──► Counts, Durations ──► metrics.py, when it is asked

Nearly all of it is added once for many envelopes, so that counting costs the fast path nothing.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from typing import Final

from doorless_protocol.frames import Answered, Refusal, Refused, Request

BOUNDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds that divide the durations of commits: from a disk with a battery to one that fails."""

STORED, KNOWN, DONE = "stored", "known", "done"

PEER: Final = "peer"
"""Why a connection ended that was not ended by us with a reason: it left, or was cut."""

OUTCOMES: Final = frozenset({STORED, KNOWN, DONE, *(each.name.lower() for each in Refusal)})
"""All that can become of a request, or of an envelope."""


class Counts:
    """Used on the loop alone.

    Attributes:
        ended: connections by why they did.
        turned_away: connections of an address that had too many half-open ones.
        submitted: envelopes by what became of them.
        asked: other requests, by their name and what became of them.
        swept: rows that were forgotten because their time was over.
    """

    def __init__(self) -> None:
        self.opened = self.turned_away = 0
        self.ended: Counter[str] = Counter()
        self.submitted: Counter[str] = Counter()
        self.delivered = self.acknowledged = self.swept = 0
        self.asked: Counter[tuple[str, str]] = Counter()

    def count_submitted(self, answers: Sequence[Answered], stored: int) -> None:
        """A batch was answered; `stored` of its envelopes are new."""
        self.submitted[STORED] += stored
        if stored == len(answers):
            return
        outcomes = Counter(outcome(each) for each in answers)
        outcomes[KNOWN] = outcomes.pop(DONE, 0) - stored
        self.submitted.update(outcomes)

    def count_asked(self, request: Request, answered: Answered) -> None:
        self.asked[str(request.__struct_config__.tag), outcome(answered)] += 1


def outcome(answered: Answered) -> str:
    return Refusal(answered.reason).name.lower() if isinstance(answered, Refused) else DONE


class Durations:
    """How long something took, in a histogram. Added to in one thread.

    Attributes:
        numbers: how many were not longer than each of BOUNDS, but longer than the one before;
            behind them, how many were longer than all.
        seconds: of all together.
    """

    def __init__(self) -> None:
        self.numbers = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def since(self, start: float) -> float:
        """Something that began at `start`, by `perf_counter`, is over; the seconds it took."""
        took = perf_counter() - start
        self.numbers[bisect_left(BOUNDS, took)] += 1
        self.seconds += took
        return took
