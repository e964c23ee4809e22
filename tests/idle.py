"""When an app under test has done all that it was about to do: the moment to look at it.

The toolkit's tests guess it, from the processor's time: on a busy machine, where a process gets
none, everything looks done. Here the event loop is asked, so no pause has a length to be guessed.
"""

import asyncio
import time
from asyncio import BaseEventLoop
from math import inf

SOON = 0.25
"""Seconds: what an app does by a timer within them, such as drawing, is waited for."""

ENOUGH, WORKED, LONGEST = 2.0, 0.5, 20.0
"""Seconds after which an app that keeps on doing something is looked at all the same: once it had
so much of the processor, too, for on a busy computer it is far from done; or after the longest."""


class _Patience:
    def __init__(self) -> None:
        self._began, self._worked = time.monotonic(), time.process_time()

    def ends(self) -> bool:
        waited = time.monotonic() - self._began
        worked = time.process_time() - self._worked
        return waited > LONGEST or (waited > ENOUGH and worked > WORKED)


async def nothing_left(*_: float) -> None:
    """Until no task of this loop can go on but by a timer."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BaseEventLoop)
    patience = _Patience()
    while not patience.ends():
        await asyncio.sleep(0)
        if not loop._ready:
            return


async def nothing_soon(*_: float) -> None:
    """Until no timer of this loop is due soon either."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BaseEventLoop)
    patience = _Patience()
    while not patience.ends():
        await nothing_left()
        timers = (timer.when() for timer in loop._scheduled if not timer.cancelled())
        due = min(timers, default=inf) - loop.time()
        if due > SOON:
            return
        await asyncio.sleep(max(due, 0))
