"""A report of our own mistakes that repeats nothing of what was on screen or in memory.

An exception's text and a frame's variables may hold words, keys or a passphrase. Only types,
files, lines and function names are printed.
"""

import traceback
from pathlib import PurePath

from textual.app import ScreenError
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.widget import MountError
from textual.worker import WorkerFailed

_OF_LEAVING = (MountError, NoMatches, NoScreen, ScreenError)
"""What the toolkit raises where a screen that still comes is taken down."""


def is_of_leaving(error: BaseException) -> bool:
    """Whether it may come of nothing but the app being left at that moment."""
    return isinstance(error.error if isinstance(error, WorkerFailed) else error, _OF_LEAVING)


def crash_report(error: BaseException) -> str:
    """Where it went wrong, and where to say so."""
    lines = ["doorless stopped because of a mistake of its own. What was sent or stored is safe."]
    for one in _chain(error):
        lines.append(f"  {type(one).__name__}")
        for frame in traceback.extract_tb(one.__traceback__):
            place = "/".join(PurePath(frame.filename).parts[-3:])
            lines.append(f"    {place}:{frame.lineno} in {frame.name}")
    lines.append("This report holds no message, name or key: it can be shared as it is.")
    return "\n".join(lines)


def _chain(error: BaseException) -> list[BaseException]:
    """The first cause first."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain
