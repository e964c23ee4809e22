"""The demand log of a running relay: its periods end by themselves, and anybody may read it.

    a period is over ──► turn ──► witnesses, where there are some ──► shown

Commands beside it commit and reveal in processes of their own: what they signed is shown here at
once, and taken to the witnesses within LOOK seconds. One thread does all that touches the
database. Spec: docs/spec/18-demand-log.md §6.5.
"""

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.errors import UnwitnessedError
from doorless_protocol.log.note import Note
from doorless_protocol.primitives import Random
from doorless_server import events
from doorless_server.clock import Elapsed, Watch
from doorless_server.datadir import DataError
from doorless_server.demands import begun, pages
from doorless_server.demands.log import DemandLog
from doorless_server.directory.base import Page
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.store.base import UnavailableError
from doorless_server.store.writer import is_passing
from doorless_server.witness.asking import Panel

T = TypeVar("T")

LOOK: Final = 15.0
"""Seconds after which it is looked again whether a period is over, the disk has room, or a
command left something for the witnesses."""

MOST_APART: Final = 900.0
"""Seconds between two questions to witnesses who do not cosign one and the same head: it doubles up
to this, as each refusal is a line in the log."""

_PASSING: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE})
"""Of errors of files. That too many are open a crowd of strangers may bring about: the relay has to
be there when they are gone."""

MAX_ASKED: Final = 200
"""Readers that wait for the thread; beyond it: come later."""


class Turning:
    """Made by `start`, inside a running event loop, and used on that loop alone."""

    def __init__(
        self,
        log: DemandLog,
        thread: ThreadPoolExecutor,
        *,
        clock: Callable[[], int],
        broken: Callable[[Exception], None],
        elapsed: Elapsed | None,
    ) -> None:
        self._log, self._thread, self._clock, self._broken = log, thread, clock, broken
        self._panel, self._watch = Panel(log.rules.policy, clock=clock), Watch(elapsed)
        self._asked = 0
        self._pauses = Pauses()
        self._running: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        data: Path,
        name: str,
        random: Random,
        *,
        clock: Callable[[], int],
        broken: Callable[[Exception], None],
        elapsed: Elapsed | None = None,
        period: int | None = None,
        slots: int | None = None,
    ) -> Self:
        """Open or begin the log below the relay's folder, and enter what was missed.

        Args:
            broken: told when the log cannot go on: the relay has to stop.

        Raises:
            DataError, ForkRefusedError, NewerSchemaError: it is not served.
        """
        thread = ThreadPoolExecutor(1, "doorless-demands")

        def opened() -> DemandLog:
            folder, now = data / begun.FOLDER, clock()
            log = DemandLog.open(
                folder, name=name, random=random, now=now, period=period, slots=slots
            )
            try:
                log.turn(now)
            except BaseException:
                log.close()
                raise
            return log

        try:
            log = await asyncio.get_running_loop().run_in_executor(thread, opened)
        except BaseException as error:
            thread.shutdown(wait=False)
            if isinstance(error, sqlite3.Error | OSError):
                where = data / begun.FOLDER
                raise DataError(f"cannot use the demand log in {where}: {error}") from None
            raise
        turning = cls(log, thread, clock=clock, broken=broken, elapsed=elapsed)
        turning._watch.believes(clock())
        turning._running = asyncio.get_running_loop().create_task(turning._run())
        return turning

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._call(self._log.close)
        self._thread.shutdown()

    @property
    def rules(self) -> Rules:
        return self._log.rules

    async def page(self, path: str, query: str) -> Page | None:
        """What a plain GET is answered; None where there is nothing.

        Raises:
            UnavailableError: later.
        """
        if self._asked >= MAX_ASKED:
            raise UnavailableError("the demand log is behind")
        self._asked += 1
        try:
            return await self._call(partial(pages.page, self._log, path, query))
        except sqlite3.Error:
            raise UnavailableError("the disk refuses") from None
        finally:
            self._asked -= 1

    # --- time --------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            try:
                if self._watch.believes(self._clock()):
                    await self._call(partial(self._log.turn, self._clock()))
                    await self._ask_witnesses()
                left = float(await self._call(self._log.next_turn) - self._clock())
            except (sqlite3.Error, OSError) as error:
                if not will_pass(error):
                    self._stop(error)
                    return
                events.say(events.DEMANDS_WAIT_FOR_ROOM)
                left = LOOK
            except ForkRefusedError as error:
                self._stop(error)
                return
            await asyncio.sleep(min(max(left, 0.1), LOOK))

    async def _ask_witnesses(self) -> None:
        """Take the head to the witnesses, unless enough of them saw it or were just asked."""
        size, note = await self._call(self._log.head)
        try:
            self._log.rules.policy.check(Note.decode(note))
        except UnwitnessedError:
            if self._pauses.may_ask(size, asyncio.get_running_loop().time()):
                cosigned = await self._panel.cosigned(note, size, partial(self._consistency, size))
                await self._call(partial(self._log.keep_cosigned, size, cosigned))

    async def _consistency(self, size: int, older: int) -> Sequence[bytes]:
        return await self._call(partial(self._log.consistency, older, size))

    def _stop(self, error: Exception) -> None:
        events.say(events.DEMANDS_FAILED, kind=type(error))
        self._broken(error)

    async def _call(self, work: Callable[[], T]) -> T:
        outcome: Any = await asyncio.get_running_loop().run_in_executor(self._thread, work)
        return outcome  # type: ignore[no-any-return]


def will_pass(error: sqlite3.Error | OSError) -> bool:
    """Will it work again by itself: with room on the disk, or when fewer files are open?"""
    return is_passing(error) if isinstance(error, sqlite3.Error) else error.errno in _PASSING


class Pauses:
    """When witnesses are asked about a head again: at once of a new one, then ever more seldom."""

    def __init__(self) -> None:
        self._size, self._next, self._apart = 0, 0.0, LOOK

    def may_ask(self, size: int, now: float) -> bool:
        """Whether they are asked now, seconds of any clock, about a head of this size."""
        if size != self._size:
            self._size, self._apart = size, LOOK
        elif now < self._next:
            return False
        self._next = now + self._apart
        self._apart = min(2 * self._apart, MOST_APART)
        return True
