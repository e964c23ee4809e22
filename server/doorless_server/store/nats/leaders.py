"""Which streams answer. One whose leader died does not, until its servers have elected another.

    answers ── nothing for SILENCE ──► in doubt ── a probe is answered ──► answers
                                          └─ whatever is asked of it meanwhile fails at once

An election takes NATS 4 to 10 s. Who waited for each answer on his own would hold up everybody
whose mailboxes lie elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from doorless_server import events
from doorless_server.store.base import UnavailableError

SILENCE = 1.0
"""Seconds in which a stream that is at work answers something: a hundred syncs. Too short is
harmless, since the probe ends the doubt, and whatever was asked may be asked again."""

PROBE = 0.15
"""Seconds between two probes, and how long each waits."""

Probe = Callable[[str, float], Awaitable[object]]


class Leaders:
    """Used on the loop alone.

    Args:
        probe: asks something of a stream's leader, for so many seconds. Raises UnavailableError.
    """

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._doubted: dict[str, asyncio.Task[None]] = {}

    def is_doubted(self, stream: str) -> bool:
        return stream in self._doubted

    def check(self, stream: str) -> None:
        """Raises UnavailableError: it does not answer."""
        if stream in self._doubted:
            raise UnavailableError("the stream has no leader just now")

    def doubt(self, stream: str) -> None:
        """It did not answer."""
        if stream not in self._doubted:
            self._doubted[stream] = asyncio.create_task(self._until_it_answers(stream))

    async def settled(self, stream: str, within: float) -> None:
        """Until it answers. Raises UnavailableError: not in time."""
        task = self._doubted.get(stream)
        if task is not None:
            await asyncio.wait((task,), timeout=within)
            self.check(stream)

    async def close(self) -> None:
        tasks = tuple(self._doubted.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_it_answers(self, stream: str) -> None:
        events.say(events.STREAM_SILENT)
        since = monotonic()
        try:
            while not await self._answers(stream):  # noqa: ASYNC110  (nobody tells it)
                await asyncio.sleep(PROBE)
            events.say(events.STREAM_ANSWERS, ms=int((monotonic() - since) * 1000))
        finally:
            del self._doubted[stream]

    async def _answers(self, stream: str) -> bool:
        try:
            await self._probe(stream, PROBE)
        except UnavailableError:
            return False
        return True
