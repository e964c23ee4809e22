"""A second process that plays a part of the work, and never outlives the first.

    first ── work, as it is spawned ──► second
          ◄── a result after each ─────
          ── nothing; the end of the line ──► it cleans up, and ends

The line ends when the first one closes it, or is gone, however it went.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread, main_thread
from typing import Generic, TypeVar

from doorless_lab.ending import ended_as_by_ctrl_c

Work = TypeVar("Work")
Made = TypeVar("Made")


class BesideError(Exception):
    """The second process ended before it had made all."""


@dataclass(slots=True)
class Beside(Generic[Made]):
    """What the second process makes, as it comes."""

    _line: "Connection[None, Made]"
    _left: int

    def ready(self) -> Iterator[Made]:
        """What is there by now."""
        while self._left and self._line.poll():
            yield self._next()

    def rest(self) -> Iterator[Made]:
        """All that is still to come. Raises BesideError."""
        while self._left:
            yield self._next()

    def _next(self) -> Made:
        try:
            made = self._line.recv()
        except EOFError:
            raise BesideError(f"the second process ended with {self._left} left to do") from None
        self._left -= 1
        return made


@contextmanager
def beside(make: Callable[[Work], Made], todo: Sequence[Work]) -> Iterator[Beside[Made]]:
    """Have `make`, a function of a module, called with each of `todo` in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    second = context.Process(target=_work, args=(make, tuple(todo), theirs))
    second.start()
    theirs.close()
    try:
        yield Beside(ours, len(todo))
    finally:
        ours.close()
        second.join()


def _work(
    make: Callable[[Work], Made], todo: Sequence[Work], line: "Connection[Made, None]"
) -> None:
    os.setpgrp()  # Ctrl+C and `timeout` reach the first process alone, which ends the line
    with ended_as_by_ctrl_c(), suppress(KeyboardInterrupt, BrokenPipeError):
        Thread(target=_end_with, args=(line,), daemon=True).start()
        for one in todo:
            line.send(make(one))


def _end_with(line: "Connection[Made, None]") -> None:
    with suppress(EOFError, OSError):
        line.recv()
    main = main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGTERM)  # as if asked: once, whoever else asks
