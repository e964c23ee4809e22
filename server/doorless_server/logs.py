"""The relay's own log: one JSON object an event, of names, counts and durations.

Whatever else would write to stderr (the standard library's loggers, an error in a thread or on the
loop) is brought to the same form, for its own would show what was being handled.
"""

import asyncio
import logging
import sys
import threading
from typing import Any

import structlog

from doorless_server import events


class _Counted(logging.Handler):
    """That a library had something to say, and where; never what."""

    def emit(self, record: logging.LogRecord) -> None:
        events.say(
            events.LIBRARY_MESSAGE,
            place=events.place_in(f"{record.module}.{record.funcName}", record.lineno),
        )


def log_to_stderr(level: int = logging.INFO) -> None:
    """Never who or where, and no time finer than the hour.

    Args:
        level: of `logging`; events below it are not written.
    """
    structlog.configure(
        processors=[
            events.fit,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%HZ", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what it is by then
    )


def silence_others() -> None:
    """For a process that does nothing but serve: the hooks are the interpreter's own."""
    logging.basicConfig(handlers=[_Counted(logging.WARNING)], force=True)
    threading.excepthook = _thread_failed


def _thread_failed(lost: threading.ExceptHookArgs) -> None:
    if lost.exc_value is not None:
        events.failed(lost.exc_value)


def loop_failed(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """In the place of the loop's own handler, which shows transports and messages."""
    error = context.get("exception")
    if isinstance(error, OSError):  # a handshake of TLS that failed, a line that was cut
        events.say(events.CONNECTION_BROKE, kind=type(error))
    elif isinstance(error, BaseException):
        events.failed(error)
    else:
        events.say(events.LIBRARY_MESSAGE, place=events.place_in("asyncio", 0))
