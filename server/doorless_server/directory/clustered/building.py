"""Epochs in time, by whichever node has the lease; every step is safe where two nodes take it.

    due ──► propose epoch N ──► here, too ──► head ──► sign ──► witnesses ──► publish
                └── there is one already: that one it is ──┘

A node that is killed anywhere leaves the epoch for the next one, which goes on with it.
Spec: docs/spec/17-cluster-state.md §5.3.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic

from doorless_protocol.log.config import LogConfig
from doorless_server import events
from doorless_server.clock import Elapsed, Watch
from doorless_server.directory.clustered.following import Follower
from doorless_server.directory.clustered.lease import Lease
from doorless_server.directory.clustered.ledger import Ledger, OutrunError
from doorless_server.directory.clustered.rows import EnteringRow, EpochRow
from doorless_server.directory.clustered.waiting import Survey
from doorless_server.directory.epochs import TwoBuildersError
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.keylog import MS
from doorless_server.directory.service import EPOCHS_IN_A_ROW, Cosign
from doorless_server.limits import Rate, TokenBucket
from doorless_server.store.base import UnavailableError
from doorless_server.store.writer import is_passing

LOOK = 1.0
"""Seconds between two looks at what waits, where nobody called."""


class Builder:
    """Args: survey: looks through what waits, and has decided what stands still."""

    def __init__(
        self,
        follower: Follower,
        ledger: Ledger,
        lease: Lease,
        survey: Callable[[], Awaitable[Survey]],
        cosign: Cosign,
        *,
        clock: Callable[[], int],
        elapsed: Elapsed | None,
    ) -> None:
        self._follower, self._ledger, self._lease = follower, ledger, lease
        self._survey, self._cosign, self._clock = survey, cosign, clock
        config: LogConfig = follower.replica.log.config
        self._heartbeat = config.heartbeat
        self._epochs = TokenBucket(Rate(EPOCHS_IN_A_ROW, 1 / config.interval), clock(), elapsed)
        self._watch = Watch(elapsed)
        self.changed = asyncio.Event()
        self.published_at = 0

    async def run(self) -> None:
        """Look, and build where it is this node's turn, until cancelled or stopped."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self.changed.wait()
            self.changed.clear()
            try:
                await self._turn()
            except (UnavailableError, OutrunError):
                continue  # somebody else was faster, or nobody is: it is looked at again
            except sqlite3.Error as error:
                if not is_passing(error):
                    return self._follower.stop(error)
                events.say(events.LOG_WAITS_FOR_ROOM)
            except (ForkRefusedError, TwoBuildersError) as error:
                return self._follower.stop(error)

    async def next_epoch(self, entering: Sequence[EnteringRow] = ()) -> None:
        """Publish the epoch that is built, or one of these changes.

        Raises:
            OutrunError: another node published a larger size meanwhile.
            ForkRefusedError: another root of this size was signed.
            UnavailableError: not now.
        """
        start = monotonic()
        log = self._follower.replica.log
        await self._follower.catch_up()
        epoch = log.published
        if not await self._follower.enter(epoch):
            fitting = partial(self._follower.replica.fitting, entering)
            row = EpochRow(await self._time(), await self._follower.call(fitting))
            await self._ledger.propose(epoch, row)
            if not await self._follower.enter(epoch):
                raise UnavailableError("the epoch is not there yet")
        checkpoint = await self._follower.call(log.checkpoint)
        await self._ledger.remember(checkpoint)
        sign = partial(self._follower.replica.sign, checkpoint, self._clock())
        if note := await self._follower.call(sign):

            async def consistency(older: int) -> Sequence[bytes]:
                return await self._follower.call(partial(log.consistency, older, checkpoint.size))

            note = await self._cosign(note, checkpoint.size, consistency)
            await self._ledger.publish(checkpoint.size, note)
        await self._follower.catch_up()
        self.published_at = self._clock()
        events.say(events.EPOCH_PUBLISHED, ms=int((monotonic() - start) * MS))

    async def _turn(self) -> None:
        await self._follower.catch_up()
        while await self._follower.call(partial(self._follower.replica.log.forget, self._clock())):
            pass  # piece by piece, so that questions come between
        if not await self._lease.tend():
            return
        entering = (await self._survey()).entering
        if await self._is_due(entering) and self._watch.believes(self._clock()):
            await self.next_epoch(entering)
            self.changed.set()  # what was published is to be settled

    async def _is_due(self, entering: Sequence[EnteringRow]) -> bool:
        log = self._follower.replica.log
        newest = await self._follower.call(log.newest)
        is_begun = await self._follower.call(lambda: log.size > log.published)
        if newest is None or is_begun:
            return True
        if self._clock() - newest.leaf.time_ms // MS >= self._heartbeat:
            return True
        return bool(entering) and not self._epochs.take(self._clock())

    async def _time(self) -> int:
        """Of an epoch that is built now, Unix milliseconds: times in the log only grow."""
        newest = await self._follower.call(self._follower.replica.log.newest)
        now = self._clock() * MS
        return now if newest is None else max(now, newest.leaf.time_ms + 1)
