"""When an app under test has done all that it was about to do: the moment to look at it.

The toolkit's tests guess it, from the processor's time: on a busy machine, where a process gets
none, everything looks done. Here the event loop is asked, so no pause has a length to be guessed.
"""

import asyncio
from asyncio import BaseEventLoop
from math import inf

SOON = 0.25
"""Seconds: what an app does by a timer within them, such as drawing, is waited for."""

PATIENCE = 2.0
"""Seconds after which an app that keeps on doing something is looked at all the same."""


async def nothing_left(*_: float) -> None:
    """Until no task of this loop can go on but by a timer."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BaseEventLoop)
    give_up = loop.time() + PATIENCE
    while loop.time() < give_up:
        await asyncio.sleep(0)
        if not loop._ready:
            return


async def nothing_soon(*_: float) -> None:
    """Until no timer of this loop is due soon either."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BaseEventLoop)
    give_up = loop.time() + PATIENCE
    while loop.time() < give_up:
        await nothing_left()
        timers = (timer.when() for timer in loop._scheduled if not timer.cancelled())
        due = min(timers, default=inf) - loop.time()
        if due > SOON:
            return
        await asyncio.sleep(max(due, 0))
