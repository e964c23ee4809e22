"""Everything that the relay and the witness ever log: a fixed list, and a last look at each line.

    say(COMMIT_WAS_SLOW, ms=1200) ──► fit: is it on the list, is each value a number, a flag, or a
                                      name that stands in our sources? ──► one line of JSON

What a person, an id, an address or a message would show in has no place in it: `fit` lets nothing
else through, whatever a mistake of ours gives it. Spec: docs/spec/07-relay.md §8.
"""

import logging
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog

LARGEST = 2**53
"""What a number stays below: counts and milliseconds do, and no id of 128 bits does."""


class Place(str):
    """A place in our sources, as function:line. Made by `place_of` and `place_in`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What can be said.

    Attributes:
        fields: everything that may stand beside the name.
    """

    name: str
    level: int
    fields: tuple[str, ...] = ()


SERVING = Event("serving", logging.INFO, ("tls", "metrics"))
DRAINING = Event("draining", logging.INFO, ("connections",))
STOPPED = Event("stopped", logging.INFO, ("failed", "ms"))
STOPPED_AT_ONCE = Event("stopped_at_once", logging.WARNING)

INTERNAL_ERROR = Event("internal_error", logging.ERROR, ("kind", "place"))
LIBRARY_MESSAGE = Event("library_message", logging.WARNING, ("place",))

CERTIFICATE_RENEWED = Event("certificate_renewed", logging.INFO)
CERTIFICATE_REFUSED = Event("certificate_refused", logging.ERROR, ("fault",))

DISK_REFUSES = Event("disk_refuses", logging.ERROR, ("refused",))
DISK_WORKS_AGAIN = Event("disk_works_again", logging.INFO)
DISK_FAILED = Event("disk_failed", logging.CRITICAL, ("kind",))
SPACE_IS_SHORT = Event("space_is_short", logging.ERROR, ("sort",))
SPACE_IS_ENOUGH = Event("space_is_enough", logging.INFO, ("sort",))
COMMIT_WAS_SLOW = Event("commit_was_slow", logging.WARNING, ("ms",))
READER_HOLDS_LOG = Event("reader_holds_log", logging.ERROR, ("mib",))
READER_LET_GO = Event("reader_let_go", logging.INFO)

CLUSTER_LOST = Event("cluster_lost", logging.ERROR)
CLUSTER_FOUND = Event("cluster_found", logging.INFO, ("ms",))
STREAM_SILENT = Event("stream_silent", logging.WARNING)
STREAM_ANSWERS = Event("stream_answers", logging.INFO, ("ms",))

CLOCK_JUMPED = Event("clock_jumped", logging.ERROR, ("hours",))

CONNECTION_BROKE = Event("connection_broke", logging.DEBUG, ("kind",))
SWEPT = Event("swept", logging.DEBUG, ("rows",))

EPOCH_PUBLISHED = Event("epoch_published", logging.DEBUG, ("ms",))
LOG_WAITS_FOR_ROOM = Event("log_waits_for_room", logging.ERROR)
LOG_FAILED = Event("log_failed", logging.CRITICAL, ("kind",))
DEMANDS_WAIT_FOR_ROOM = Event("demands_wait_for_room", logging.ERROR)
DEMANDS_FAILED = Event("demands_failed", logging.CRITICAL, ("kind",))
WITNESS_DID_NOT_COSIGN = Event(
    "witness_did_not_cosign", logging.WARNING, ("witness", "kind", "status")
)
WITNESS_ANSWERED_NONSENSE = Event("witness_answered_nonsense", logging.WARNING, ("witness", "kind"))

WITNESSING = Event("witnessing", logging.INFO, ("logs", "audits"))
LOG_FORKED = Event("log_forked", logging.CRITICAL, ("size",))
LOG_CONVICTED = Event("log_convicted", logging.CRITICAL, ("epoch",))

UNLISTED = Event("unlisted_event", logging.ERROR)


def catalogue() -> Mapping[str, Event]:
    """Every event that this page has, by its name."""
    return {each.name: each for each in globals().values() if isinstance(each, Event)}


SAID: Counter[str] = Counter()
"""How often each was said in this process, also those of a level that is not written."""


def say(event: Event, **fields: bool | int | type | Enum | Place) -> None:
    SAID[event.name] += 1
    structlog.get_logger().log(event.level, event.name, **fields)


def failed(error: BaseException) -> None:
    """A mistake of ours: of what kind, and where; nothing of what was being handled."""
    say(INTERNAL_ERROR, kind=type(error), place=place_of(error))


def place_of(error: BaseException) -> Place:
    """Where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    return place_in(code.co_name, trace.tb_lineno) if code and trace else Place("")


def place_in(function: str, line: int) -> Place:
    return Place(f"{function}:{line}")


def fit(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What of a line may be written; a processor of structlog."""
    event = _EVENTS.get(line.get("event", ""))
    if event is None:
        return {"event": UNLISTED.name}
    shown = {name: _shown(line[name]) for name in event.fields if name in line}
    return {"event": event.name, **shown}


def _shown(value: object) -> bool | int | str | None:
    """None for what could be anybody's."""
    match value:
        case Enum():
            return value.name.lower()
        case bool() | Place():
            return value
        case int():
            return value if -LARGEST < value < LARGEST else None
        case type():
            return value.__name__
        case _:
            return None


_EVENTS = catalogue()
