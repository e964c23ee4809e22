"""Everything that is asked of the database goes through here: gathered, committed once, told.

    run() ──┐         on the loop                    in a thread
    run() ──┼──► queue ──► one transaction's work ──► COMMIT: one fsync ──► everybody is told
    run() ──┘                                         │ meanwhile the next batch gathers

The loop does the work itself: each SQLite call in another thread would hand the interpreter's
lock over and back, and waiting for the lock, not work, was most of what an envelope took
(docs/adr/0019). Only the commit, a single call that waits for the disk, is the thread's. There is
no timer: the busier, the larger the batch. Reading goes the same way, so that what is read
stands in order with what was written.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from doorless_server import events
from doorless_server.counts import Durations
from doorless_server.store.base import StoreError, UnavailableError

T = TypeVar("T")

SLOW = 1.0
"""Seconds of a commit that are said: a disk that takes so long is failing, or shared with much."""

MAX_QUEUED = 10_000
"""Pieces of work that wait; beyond it the caller is told that it is too much."""


class _Task(NamedTuple):
    work: Callable[[sqlite3.Connection], Any]
    future: "asyncio.Future[Any]"


class _Batch(NamedTuple):
    """Tasks whose work is done, and what each will be told once that is on the disk.

    Attributes:
        outcomes: None where it was undone, and is to be done again.
    """

    tasks: list[_Task]
    outcomes: list[Any] | None
    wrote: bool = False


class Writer:
    """Runs work in a transaction, in the order in which it was asked for.

    While the disk refuses, each piece of work has a transaction of its own: what only reads, and
    what deletes and still finds room, is not undone with what does not. So is that of the batch
    with which it began.

    Args:
        forget: called after a transaction was rolled back: what was derived from it in memory
            is no longer true.
        committed: called, in the thread, after a transaction was committed and its callers told.
        broken: called, on the loop, when the disk failed in a way after which nothing that it
            says can be believed (a failed fsync is not repeated): the relay has to stop.

    `forget` and `committed` may use the database: no work runs meanwhile.

    Attributes:
        commits: how long they took.
        failed: transactions that were undone because the disk refused.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        forget: Callable[[], None],
        committed: Callable[[], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._db, self._forget = db, forget
        self._committed, self._broken = committed, broken
        self._queue: list[_Task] = []
        self._busy = False  # a batch is due, or with the thread
        self._idle = asyncio.Event()
        self._idle.set()
        self._loop = asyncio.get_running_loop()
        self._failed = self._is_refusing = False
        self.commits, self.failed = Durations(), 0
        self._handed: SimpleQueue[_Batch | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="doorless-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for the batch before them."""
        return len(self._queue)

    def run(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Have `work` done; the future resolves when its transaction is on the disk.

        `work` raises a StoreError before it changes anything, or not at all.

        Raises:
            UnavailableError: the queue is full, or the disk failed.
        """
        if self._failed or len(self._queue) >= MAX_QUEUED:
            raise UnavailableError("the relay cannot write as fast as it is asked to")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.append(_Task(work, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            self._loop.call_soon(self._begin)
        return future

    def fail(self, error: Exception) -> None:
        """The disk failed: nothing more is done or told as done, and `broken` hears of it.

        Called by whoever sees it, in any thread; the first one counts.
        """
        if self._failed:
            return
        self._failed = True
        events.say(events.DISK_FAILED, kind=type(error))
        with suppress(RuntimeError):  # the loop is gone
            self._loop.call_soon_threadsafe(self._broken, error)

    async def close(self) -> None:
        """Do what was asked for, then end the thread and close the database."""
        await self._idle.wait()
        self._handed.put(None)
        await asyncio.to_thread(self._thread.join)
        self._db.close()

    # --- on the loop -------------------------------------------------------------------------

    def _begin(self) -> None:
        """Do the work of all that waits, in one transaction, and hand that to the thread.

        While the disk refuses, of the first that waits.
        """
        tasks, self._queue = self._queue, []
        if self._failed:
            self._settle(_refused(tasks))
            self._go_on()
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            if self._is_refusing:
                tasks, self._queue = tasks[:1], tasks[1:]
            before = self._db.total_changes
            outcomes = [_attempt(task.work, self._db) for task in tasks]
            batch = _Batch(tasks, outcomes, self._db.total_changes != before)
        except Exception as error:
            self._settle(self._undo(tasks, error))
            self._go_on()
        else:
            self._handed.put(batch)

    def _settle(self, batch: _Batch) -> None:
        """Tell everybody, or have it done again before anything else."""
        if batch.outcomes is None:
            self._queue[:0] = batch.tasks
        else:
            _tell(batch.tasks, batch.outcomes)

    def _go_on(self) -> None:
        self._busy = bool(self._queue)
        if self._busy:
            self._loop.call_soon(self._begin)
        else:
            self._idle.set()

    # --- in the thread -----------------------------------------------------------------------

    def _serve(self) -> None:
        while (batch := self._handed.get()) is not None:
            batch = self._commit(batch)
            with suppress(RuntimeError):  # the loop is gone, and nobody waits any more
                self._loop.call_soon_threadsafe(self._settle, batch)
            self._committed()
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._go_on)

    def _commit(self, batch: _Batch) -> _Batch:
        start = perf_counter()
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            return self._undo(batch.tasks, error)
        if self._failed:  # meanwhile, and elsewhere: who knows what this commit is worth
            return _refused(batch.tasks)
        if (took := self.commits.since(start)) >= SLOW:
            events.say(events.COMMIT_WAS_SLOW, ms=int(took * 1000))
        if self._is_refusing and batch.wrote:  # reading works on a full disk, too
            self._is_refusing = False
            events.say(events.DISK_WORKS_AGAIN)
        return batch

    # --- in either ---------------------------------------------------------------------------

    def _undo(self, tasks: list[_Task], error: Exception) -> _Batch:
        """None of it was done; what everybody is told, unless each is to try again alone."""
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        try:
            self._forget()
        except Exception as wrong:  # what is remembered is not to be believed any more
            self.fail(wrong)
            return _refused(tasks)
        if not isinstance(error, sqlite3.Error):
            return _Batch(tasks, [error] * len(tasks))  # a mistake of ours
        self.failed += 1
        if not is_passing(error):
            self.fail(error)
            return _refused(tasks)
        is_first = not self._is_refusing
        self._say_refusing(len(tasks))
        return _Batch(tasks, None) if is_first and len(tasks) > 1 else _refused(tasks)

    def _say_refusing(self, refused: int) -> None:
        """Once, until it works again."""
        if not self._is_refusing:
            self._is_refusing = True
            events.say(events.DISK_REFUSES, refused=refused)


def is_passing(error: sqlite3.Error) -> bool:
    """Will it work again by itself, once there is space, or the other one's lock is gone?"""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    return primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _refused(tasks: list[_Task]) -> _Batch:
    return _Batch(tasks, [UnavailableError("the disk refuses")] * len(tasks))


def _attempt(work: Callable[[sqlite3.Connection], Any], db: sqlite3.Connection) -> Any:
    try:
        return work(db)
    except StoreError as refusal:
        return refusal


def _tell(tasks: Sequence[_Task], outcomes: Sequence[Any]) -> None:
    for task, outcome in zip(tasks, outcomes, strict=True):
        if task.future.done():
            continue
        if isinstance(outcome, Exception):
            task.future.set_exception(outcome)
        else:
            task.future.set_result(outcome)
