"""A file that a person wrote, as a table: bounded before it is read."""

import tomllib
from typing import Any

from doorless_protocol.errors import MalformedError

MOST_DOTS = 32
"""In one line. The library takes time and room with the square of the dots of a key."""


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
    except (ValueError, RecursionError):  # also not UTF-8, or a number of too many digits
        raise MalformedError("it is not TOML") from None
