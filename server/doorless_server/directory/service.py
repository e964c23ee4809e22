"""The key log of a running relay: its work in a thread of its own, and its epochs in time.

    change confirmed ──► due at once, a few in a row; then one in `interval` seconds
    nothing changed ───► due `heartbeat` seconds after the last

One thread does everything that touches the log's database, in the order of asking, so that the
loop goes on carrying envelopes meanwhile. Spec: docs/spec/13-directory.md §4.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any, Self, TypeVar

from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Label
from doorless_server import events
from doorless_server.clock import Elapsed, Watch
from doorless_server.directory import pages
from doorless_server.directory.answers import DELTAS_IN_FRAME, Answers
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Change, Page, Shown
from doorless_server.directory.epochs import TwoBuildersError
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.keylog import MS, KeyLog
from doorless_server.limits import Rate, TokenBucket
from doorless_server.store.base import UnavailableError
from doorless_server.store.writer import is_passing

T = TypeVar("T")

Consistency = Callable[[int], Awaitable[Sequence[bytes]]]
Cosign = Callable[[bytes, int, Consistency], Awaitable[bytes]]
"""Ask witnesses about a note of a size, given proofs from older sizes; the note with what came."""

MAX_ASKED = 1_000
"""Pieces of work that wait for the thread, about a second of it; beyond it: come later."""

EPOCHS_IN_A_ROW = 6
"""Epochs that may follow one another at once, where nothing happened for a while."""

RETRY = 5.0
"""Seconds until an epoch is tried again that found the disk full, or the clock wrong."""


async def _nobody(note: bytes, _size: int, _consistency: Consistency) -> bytes:
    """There are no witnesses."""
    return note


class Service:
    """Made by `start`, inside a running event loop, and used on that loop alone.

    Args:
        clock: Unix seconds.
        broken: told when the log cannot go on: the relay has to stop.

    Attributes:
        published_at: when the newest epoch was, Unix seconds; 0 until this process published one.
    """

    def __init__(
        self,
        log: KeyLog,
        auditors: Auditors,
        thread: ThreadPoolExecutor,
        *,
        clock: Callable[[], int],
        broken: Callable[[Exception], None],
        cosign: Cosign = _nobody,
        elapsed: Elapsed | None = None,
    ) -> None:
        self._log, self._answers, self._auditors = log, Answers(log), auditors
        self._thread, self._clock, self._broken, self._cosign = thread, clock, broken, cosign
        self._asked = 0
        self._changed = asyncio.Event()
        rate = Rate(EPOCHS_IN_A_ROW, 1 / log.config.interval)
        self._epochs, self._watch = TokenBucket(rate, clock(), elapsed), Watch(elapsed)
        self._failed = False
        self._building: asyncio.Task[None] | None = None
        self.published_at = 0

    @classmethod
    async def start(
        cls,
        open_log: Callable[[], KeyLog],
        auditors: Auditors,
        *,
        clock: Callable[[], int],
        broken: Callable[[Exception], None],
        cosign: Cosign = _nobody,
        elapsed: Elapsed | None = None,
    ) -> Self:
        """Open the log, and publish what it built and did not publish. No epochs yet: `run`.

        Raises:
            ForkRefusedError, OtherLogError, NewerSchemaError, sqlite3.Error: it is not served.
        """
        thread = ThreadPoolExecutor(1, "doorless-log")
        loop = asyncio.get_running_loop()
        try:
            log = await loop.run_in_executor(thread, open_log)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        service = cls(
            log, auditors, thread, clock=clock, broken=broken, cosign=cosign, elapsed=elapsed
        )
        if log.size > log.published or not log.size:
            await service._next_epoch()
        return service

    def run(self) -> None:
        """Build epochs from now on. Before it, what was staged has to be decided."""
        self._building = asyncio.get_running_loop().create_task(self._build())

    async def close(self) -> None:
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._log.close)
        self._thread.shutdown()

    @property
    def published(self) -> int:
        """Epochs that are published."""
        return self._log.published

    @property
    def config(self) -> LogConfig:
        return self._log.config

    # --- changes -----------------------------------------------------------------------------

    async def stage(self, change: Change) -> None:
        await self._ask(partial(self._log.stage, change))

    async def confirm(self, change: Change, now: int) -> bytes:
        receipt = await self._ask(partial(self._log.confirm, change, now), begun=True)
        self._changed.set()
        return receipt

    async def drop(self, label: Label) -> None:
        await self._ask(partial(self._log.drop, label), begun=True)

    async def undecided(self) -> list[Change]:
        return await self._ask(self._log.undecided)

    # --- answers -----------------------------------------------------------------------------

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:  # noqa: ARG002
        return await self._ask(partial(self._answers.look_up, label, known, size))

    async def head(self, size: int, now: int) -> bytes:  # noqa: ARG002
        return await self._ask(partial(self._answers.head, size))

    async def anchors(self, after: int, size: int, now: int) -> bytes:  # noqa: ARG002
        return await self._ask(partial(self._answers.anchors, after, size))

    async def at_anchor(self, label: Label, number: int, known: int, now: int) -> bytes:  # noqa: ARG002
        return await self._ask(partial(self._answers.at_anchor, label, number, known))

    async def records(self, label: Label, after: int, now: int) -> bytes:  # noqa: ARG002
        return await self._ask(partial(self._answers.records, label, after))

    async def deltas(self, token: bytes, epoch: int, after: int) -> bytes:
        answer = self._answers.deltas
        return await self._ask(
            partial(answer, self._auditors, token, epoch, after, DELTAS_IN_FRAME)
        )

    async def page(self, path: str, query: str, now: int) -> Page | None:  # noqa: ARG002
        return await self._ask(partial(pages.page, self._answers, self._auditors, path, query))

    # --- epochs ------------------------------------------------------------------------------

    async def _build(self) -> None:
        while True:
            try:
                await self._until_due()
                if not self._watch.believes(self._clock()):
                    await asyncio.sleep(RETRY)
                    continue
                await self._next_epoch()
                while await self._call(partial(self._log.forget, self._clock())):
                    pass  # piece by piece, so that questions come between
            except sqlite3.Error as error:
                if not is_passing(error):
                    self._stop(error)
                    return
                events.say(events.LOG_WAITS_FOR_ROOM)
                await asyncio.sleep(RETRY)
            except (ForkRefusedError, TwoBuildersError) as error:
                self._stop(error)
                return

    async def _until_due(self) -> None:
        """Wait for a change and its turn, or for the heartbeat."""
        heartbeat = self._log.config.heartbeat
        newest = await self._call(self._log.newest)
        since = newest.leaf.time_ms // MS if newest is not None else 0
        self._changed.clear()
        while not await self._call(self._log.has_waiting):
            left = since + heartbeat - self._clock()
            try:
                async with asyncio.timeout(min(max(left, 0), heartbeat)):
                    await self._changed.wait()
            except TimeoutError:
                return
            self._changed.clear()
        while seconds := self._epochs.take(self._clock()):  # noqa: ASYNC110  (time itself)
            await asyncio.sleep(min(seconds, self._log.config.interval))

    async def _next_epoch(self) -> None:
        start = monotonic()
        checkpoint = await self._call(partial(self._log.build, self._clock()))
        note = await self._call(partial(self._log.sign, checkpoint, self._clock()))

        async def consistency(older: int) -> Sequence[bytes]:
            return await self._call(partial(self._log.consistency, older, checkpoint.size))

        note = await self._cosign(note, checkpoint.size, consistency)
        await self._call(partial(self._log.publish, checkpoint.size, note))
        self.published_at = self._clock()
        events.say(events.EPOCH_PUBLISHED, ms=int((monotonic() - start) * 1000))

    def _stop(self, error: Exception) -> None:
        events.say(events.LOG_FAILED, kind=type(error))
        self._failed = True
        self._broken(error)

    # --- the thread --------------------------------------------------------------------------

    async def _ask(self, work: Callable[[], T], *, begun: bool = False) -> T:
        """For somebody who may be told to come later, unless it ends what was `begun`."""
        if self._failed or (self._asked >= MAX_ASKED and not begun):
            raise UnavailableError("the key log is behind")
        self._asked += 1
        try:
            return await self._call(work)
        except sqlite3.Error as error:
            if not is_passing(error):
                self._stop(error)
            raise UnavailableError("the disk refuses") from None
        finally:
            self._asked -= 1

    async def _call(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        outcome: Any = await loop.run_in_executor(self._thread, work)
        return outcome  # type: ignore[no-any-return]
