"""One thread that writes: it takes all that waits, commits it once, and tells everybody.

    run() ──┐
    run() ──┼──► queue ──► one transaction, one fsync ──► one wake-up of the loop
    run() ──┘

While it commits, the next batch gathers: no timer, and the busier, the larger. Reading
goes the same way, so that what is read stands in order with what was written.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

from doorless_server.store.base import StoreError, UnavailableError

T = TypeVar("T")

MAX_QUEUED = 10_000
"""Pieces of work that wait for the thread; beyond it the caller is told that it is too much."""


class _Task(NamedTuple):
    work: Callable[[sqlite3.Connection], Any]
    future: "asyncio.Future[Any]"


class Writer:
    """Runs work in a transaction, in the order in which it was asked for.

    Args:
        forget: called, in the thread, after a transaction was rolled back: what was derived
            from it in memory is no longer true.
        committed: called, in the thread, after a transaction was committed.
        broken: called, on the loop, when the disk failed in a way after which nothing that it
            says can be believed (a failed fsync is not repeated): the relay has to stop.
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
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._failed = False
        self._thread = threading.Thread(target=self._serve, name="doorless-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Have `work` done; the future resolves when its transaction is on the disk.

        `work` raises a StoreError before it changes anything, or not at all.

        Raises:
            UnavailableError: the queue is full, or the disk failed.
        """
        if self._failed or self._queue.qsize() >= MAX_QUEUED:
            raise UnavailableError("the relay cannot write as fast as it is asked to")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Task(work, future))
        return future

    async def close(self) -> None:
        """Do what was asked for, then end the thread and close the database."""
        if self._thread.is_alive():
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
        self._db.close()

    def _serve(self) -> None:
        stopping = False
        while not stopping:
            batch = [self._queue.get()]
            with suppress(Empty):
                while True:
                    batch.append(self._queue.get_nowait())
            tasks = [task for task in batch if task is not None]
            stopping = len(tasks) < len(batch)
            outcomes = self._commit(tasks)
            with suppress(RuntimeError):  # the loop is gone, and nobody waits any more
                self._loop.call_soon_threadsafe(_resolve, tasks, outcomes)
            self._committed()

    def _commit(self, tasks: list[_Task]) -> list[Any]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            outcomes = [_attempt(task.work, self._db) for task in tasks]
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            if not is_passing(error):
                self._failed = True
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._broken, error)
            return [UnavailableError("the disk refuses")] * len(tasks)
        except Exception as error:  # a mistake of ours: nobody is told that it was stored
            self._roll_back()
            return [error] * len(tasks)
        return outcomes

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._forget()


def is_passing(error: sqlite3.Error) -> bool:
    """Will it work again by itself, once there is space, or the other one's lock is gone?"""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    return primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _attempt(work: Callable[[sqlite3.Connection], Any], db: sqlite3.Connection) -> Any:
    try:
        return work(db)
    except StoreError as refusal:
        return refusal


def _resolve(tasks: list[_Task], outcomes: list[Any]) -> None:
    for task, outcome in zip(tasks, outcomes, strict=True):
        if task.future.done():
            continue
        if isinstance(outcome, Exception):
            task.future.set_exception(outcome)
        else:
            task.future.set_result(outcome)
