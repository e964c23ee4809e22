"""Acknowledged envelopes gather here, and are deleted many at a time.

Envelopes lie side by side in the order in which they came. Deleted one by one, each costs a
page of the write-ahead log; together they share pages, and the commit of others.
"""

import asyncio
from collections.abc import Callable, Sequence

from doorless_server.store.base import UnavailableError

Delivered = Sequence[tuple[bytes, bytes]]

ENOUGH = 128
"""Envelopes that wait to be deleted: then it is done with whatever is written next."""

MOST = 2_048
"""Envelopes after which it is done even if nothing else is written."""

AT_LATEST = 0.02
"""Seconds until it is done, however few: a device waits for the answer, but for nothing else."""


class Gathering:
    """Used on the loop alone.

    Args:
        drop: deletes (mailbox, envelope id) pairs at an hour; the future resolves when that is
            on the disk. May raise UnavailableError.
    """

    def __init__(self, drop: "Callable[[Delivered, int], asyncio.Future[None]]") -> None:
        self._drop = drop
        self._loop = asyncio.get_running_loop()
        self._delivered: list[tuple[bytes, bytes]] = []
        self._hour = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, delivered: Delivered, hour: int) -> "asyncio.Future[None]":
        """Have them deleted; the future resolves when that is on the disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(future)
        self._delivered += delivered
        self._hour = hour
        if len(self._delivered) >= MOST:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(AT_LATEST, self.flush)
        return future

    def join(self) -> None:
        """Something is about to be written: where enough waits, it shares the commit."""
        if len(self._delivered) >= ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Ask for it now: what is asked of the writer after this finds them deleted."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        delivered, self._delivered = self._delivered, []
        waiting, self._waiting = self._waiting, []
        try:
            dropped = self._drop(delivered, self._hour)
        except UnavailableError as error:
            _resolve(waiting, error)
        else:
            dropped.add_done_callback(lambda done: _resolve(waiting, done.exception()))


def _resolve(waiting: "Sequence[asyncio.Future[None]]", error: BaseException | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
