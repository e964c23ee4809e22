"""Lengths of time, as people say and type them."""

import re

from doorless_protocol.errors import MalformedError

_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_LETTERS = {name[0]: seconds for name, seconds in _UNITS}
FORM = "a length of time such as 30s, 5m, 8h, 1d or 4w"
_TYPED = re.compile(r"([0-9]{1,9})([wdhms]?)")


def in_words(seconds: int) -> str:
    """In the largest unit that divides it: "2 weeks", "90 seconds"."""
    name, size = next((name, size) for name, size in _UNITS if seconds % size == 0)
    return _counted(seconds // size, name)


def in_two_words(seconds: int) -> str:
    """What is left of a time, rounded down: "6 days 23 hours", "40 seconds"."""
    units = ((name, size) for name, size in _UNITS if size <= seconds)
    name, size = next(units, ("second", 1))
    said, rest = _counted(seconds // size, name), seconds % size
    name, size = next(units, ("second", 1))
    return f"{said} {_counted(rest // size, name)}" if rest >= size else said


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def parse(text: str) -> int:
    """Seconds of "90", "90s", "5m", "1h", "1d" or "4w". Raises MalformedError."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise MalformedError(f"is {FORM}")
    return int(match.group(1)) * _LETTERS[match.group(2) or "s"]
