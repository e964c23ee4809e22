"""A file that a person wrote, as a table: bounded before it is read."""

import re
import tomllib
from typing import Any

from doorless_protocol.errors import MalformedError

MOST_DOTS = 32
"""In one line. The library takes time and room with the square of the dots of a key."""
_PLACE = re.compile(r"line [0-9]+, column [0-9]+|end of document")


def table_of(data: bytes, at_most: int, what: str) -> dict[str, Any]:
    """The table that the file is.

    Args:
        at_most: bytes.
        what: what the file holds, of several.

    Raises:
        MalformedError: with a line for the person who wrote it.
    """
    if len(data) > at_most:
        raise MalformedError(f"{what} of {len(data)} bytes or more, at most {at_most}")
    if any(line.count(b".") > MOST_DOTS for line in data.splitlines()):
        raise MalformedError(f"more than {MOST_DOTS} dots in a line")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # also not UTF-8, a number of too many digits
        raise MalformedError(f"it is not TOML{_where(error)}") from None


def _where(error: Exception) -> str:
    """The place that the library found, without the words that stand there."""
    place = _PLACE.search(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else None
    return f" ({place[0]})" if place is not None else ""
