"""Relays without one of their defences, for the twins of attack tests, which have to see it.

A twin replaces a name in the test's process; a relay in another one is told by `without` which.
"""

import time
from collections.abc import Callable
from typing import Any

from doorless_server.blobs import sqlite as blobs
from doorless_server.store import checkpoint, disk, schema, space, writer
from doorless_server.store.writer import Writer
from failing_relay import GOES_ON, HONEST, STOPS, kind_of

TAKE, TO_FOLD = space.Space.take, disk.Disk.to_fold
COMMIT = Writer._commit
TELL = writer._tell


def tells_first(self: Writer, batch: Any) -> Any:
    """Everybody hears that it is kept, and then it is."""
    self._loop.call_soon_threadsafe(TELL, batch.tasks, batch.outcomes)
    time.sleep(0.02)
    return COMMIT(self, batch)


def missing_in_this_process() -> str:
    """Which defence was taken away here; nothing where all of them stand."""
    if Writer._commit is tells_first:
        return "tells first"
    if space.Space.take is not TAKE:
        return "no reserve"
    if disk.Disk.to_fold is not TO_FOLD:
        return "nothing to fold"
    if schema.SYNCHRONOUS != "FULL":
        return "unsynced"
    kind = kind_of(writer.is_passing)
    return "" if kind == HONEST else kind


def without(defence: str) -> None:
    """Take it away in this process."""
    WAYS[defence]()


def _tell_first() -> None:
    Writer._commit = tells_first  # type: ignore[method-assign]


def _sync_seldom() -> None:
    schema.SYNCHRONOUS = "NORMAL"


def _keep_no_reserve() -> None:
    space.Space.take = lambda *_: None  # type: ignore[method-assign]


def _fold_nothing() -> None:
    disk.Disk.to_fold = 0


def _is_passing(answer: bool) -> Callable[[], None]:
    def take_away() -> None:
        for module in (writer, checkpoint, blobs):
            module.is_passing = lambda _error: answer

    return take_away


WAYS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "tells first": _tell_first,
    "unsynced": _sync_seldom,
    "no reserve": _keep_no_reserve,
    "nothing to fold": _fold_nothing,
    GOES_ON: _is_passing(True),
    STOPS: _is_passing(False),
}
