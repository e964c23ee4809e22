"""Bounds on time of the processor that hold on a slow machine, too."""

import time
from collections.abc import Callable

STEPS = 1_000_000
ORDINARY = 0.009
"""Seconds for so many empty steps on the machine on which the bounds were set."""

TRIES = 5


def is_quick(work: Callable[[], object], seconds: float) -> bool:
    """Whether it ever takes less: what else the machine does makes it longer, never shorter.

    A machine on which an empty loop takes longer than ordinary has as many times as long.
    """
    for _ in range(TRIES):
        spent = took(work)
        if spent < seconds or spent < seconds * took(_empty_loop) / ORDINARY:
            return True
    return False


def took(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _empty_loop() -> None:
    for _ in range(STEPS):
        pass
