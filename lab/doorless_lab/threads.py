"""Work in a thread that is waited for, also when nobody wants its result any more.

A thread cannot be ended from outside, and what it reads or writes must not go away under it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(work: Callable[[], Result], stop: Callable[[], None] = lambda: None) -> Result:
    """Do it off the event loop.

    Args:
        stop: asks the work to end early; called when the caller is cancelled.
    """
    done = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        stop()
        await end(done)
        raise


async def end(work: asyncio.Future[Result]) -> None:
    """Wait until it has ended, however often one is cancelled meanwhile, and however it ends."""
    while not work.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({work})
    if not work.cancelled():
        work.exception()  # seen: nobody is told of it
