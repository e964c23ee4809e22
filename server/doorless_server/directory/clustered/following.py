"""A node's copy of the log, brought up to what is published before anything is answered from it.

    asked ──► published in the cluster? ── no more than here ──► answered
                       └── more ──► its epochs, one after the other ──┘

One thread has the copy; epochs are fetched on the loop. Spec: docs/spec/17-cluster-state.md §5.2.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from doorless_server import events
from doorless_server.directory.clustered.ledger import Ledger
from doorless_server.directory.clustered.replica import Replica
from doorless_server.directory.clustered.rows import PublishedRow
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.service import MAX_ASKED
from doorless_server.store.base import UnavailableError
from doorless_server.store.writer import is_passing

T = TypeVar("T")


class Follower:
    """Args: broken: told when this node cannot go on: the relay has to stop."""

    def __init__(
        self,
        replica: Replica,
        ledger: Ledger,
        thread: ThreadPoolExecutor,
        broken: Callable[[Exception], None],
    ) -> None:
        self.replica, self._ledger, self._thread, self._broken = replica, ledger, thread, broken
        self._asked, self._failed = 0, False
        self._catching_up = asyncio.Lock()

    @property
    def published(self) -> int:
        """Epochs that this node answers from."""
        return self.replica.log.published

    async def ask(self, work: Callable[[], T], *, begun: bool = False) -> T:
        """Have `work` done on a copy that has all that is published now.

        Args:
            begun: it ends what was begun, and is not told to come later.

        Raises:
            UnavailableError: not now.
        """
        if self._failed or (self._asked >= MAX_ASKED and not begun):
            raise UnavailableError("the key log is behind")
        self._asked += 1
        try:
            await self.catch_up()
            return await self.call(work)
        except sqlite3.Error as error:
            if not is_passing(error):
                self.stop(error)
            raise UnavailableError("the disk refuses") from None
        except ForkRefusedError as error:
            self.stop(error)
            raise UnavailableError("the key log is another one") from None
        finally:
            self._asked -= 1

    async def catch_up(self) -> None:
        """Have here what is published now.

        Raises:
            ForkRefusedError: the cluster has an older log than this node, or another one.
        """
        row = await self._ledger.published()
        if not self._has(row):
            async with self._catching_up:
                await self._take(await self._ledger.published())

    async def enter(self, epoch: int) -> bool:
        """Build one that the cluster has; False where it has none."""
        row = await self._ledger.epoch(epoch)
        if row is None:
            return False
        records = await self._ledger.records(row.entering)
        await self.call(lambda: self.replica.enter(epoch, row, records))
        return True

    async def call(self, work: Callable[[], T]) -> T:
        """In the thread that has the copy."""
        loop = asyncio.get_running_loop()
        outcome: Any = await loop.run_in_executor(self._thread, work)
        return outcome  # type: ignore[no-any-return]

    def stop(self, error: Exception) -> None:
        events.say(events.LOG_FAILED, kind=type(error))
        self._failed = True
        self._broken(error)

    def _has(self, row: PublishedRow) -> bool:
        log = self.replica.log
        return row.size == log.published and (bool(log.note) or not row.size)

    async def _take(self, row: PublishedRow) -> None:
        log = self.replica.log
        if row.size < log.published:
            await self._ledger.settle()
            row = await self._ledger.published()
        if row.size < log.published:
            raise ForkRefusedError(
                f"the cluster has {row.size} epochs, but {log.published} were published: it is an"
                " older copy. Nothing is answered from it: that would be another history"
            )
        if self._has(row):
            return
        for epoch in range(await self.call(lambda: log.size), row.size):
            if not await self.enter(epoch):
                raise UnavailableError(f"epoch {epoch} is published and not there")
        await self.call(lambda: self.replica.publish(row))
