"""What happens next, when nobody chooses it: drawn, so that most of it is talk.

The weights were found by counting what comes of them: in a run of 60 actions some fifteen
messages, ten envelopes taken in, and one crash in two runs in the middle of taking one in.
"""

from collections.abc import Callable, Sequence

from doorless_lab.simulation.actions import (
    Action,
    Clock,
    Copy,
    CrashLive,
    CrashSay,
    Decide,
    Live,
    Offline,
    Online,
    Restart,
    Say,
    Swap,
    Wait,
)
from doorless_lab.simulation.chance import Chance

CLOCKS = (-80_000, -3600, -60, 0, 60, 3600, 80_000)
"""Seconds by which a clock may be wrong: less than a day (docs/spec/03-handshake.md §4)."""

MAX_POINT_SAYING, MAX_POINT_LIVING = 24, 5
"""More points than one message passes on its way out, and on its way in."""


def draw(chance: Chance, people: int) -> Action:
    """What happens next: mostly people say something and their devices live."""
    who = chance.below(people)
    to = (who + 1 + chance.below(people - 1)) % people
    kinds: Sequence[tuple[int, Callable[[], Action]]] = (
        (26, lambda: Say(who, to)),
        (40, lambda: Live(who)),
        (12, lambda: CrashLive(who, 1 + chance.below(MAX_POINT_LIVING))),
        (7, lambda: CrashSay(who, to, 1 + chance.below(MAX_POINT_SAYING))),
        (4, lambda: Restart(who)),
        (3, lambda: Offline(who)),
        (8, lambda: Online(who)),
        (9, lambda: Wait(chance.among((1, 5, 30, 120, 700)))),
        (3, lambda: Clock(who, chance.among(CLOCKS))),
        (2, lambda: Copy(who)),
        (2, lambda: Swap(who)),
        (4, lambda: Decide(who)),
    )
    left = chance.below(sum(weight for weight, _ in kinds))
    for weight, make in kinds:
        left -= weight
        if left < 0:
            return make()
    raise ValueError("weights are positive")
