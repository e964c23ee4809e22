"""When a process that serves is to stop, and why.

    SIGTERM, SIGINT ──► asked: drain, exit 0 ──── a second one ──► gone at once, exit 1
    a failure ────────► asked: drain, exit 1 ───────┘

What was acknowledged is on the disk at any moment: who cannot wait loses nothing but manners.
"""

import asyncio
import os
import signal

from doorless_server import events
from doorless_server.commands.base import FAILED


class Stop:
    """Made inside the running loop, whose signals it takes."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._reason: asyncio.Future[Exception | None] = loop.create_future()
        self._is_signalled = False
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)

    async def asked(self) -> Exception | None:
        """Wait for it; what failed, or None where somebody asked."""
        return await self._reason

    def failed(self, error: Exception) -> None:
        """It cannot go on."""
        if not self._reason.done():
            self._reason.set_result(error)

    def _signalled(self) -> None:
        if self._is_signalled:
            end_at_once()
        self._is_signalled = True
        if not self._reason.done():
            self._reason.set_result(None)


def end_at_once() -> None:
    """Nothing is waited for: not even for threads that wait for the disk."""
    events.say(events.STOPPED_AT_ONCE)
    os._exit(FAILED)
