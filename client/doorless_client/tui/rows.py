"""Rows of a conversation before they have colours, and the roles that their parts play."""

from typing import NamedTuple

from rich.cells import cell_len

from doorless_client.core.views import Message


class Part(NamedTuple):
    """Some cells of a row.

    Attributes:
        style: name of its style.
        target: what a click on it is for: "quote", "file", "react <emoji>", "link <address>".
    """

    text: str
    style: str = ""
    target: str = ""


Row = list[Part]


def text_of(row: Row) -> str:
    return "".join(part.text for part in row)


def width_of(row: Row) -> int:
    return sum(cell_len(part.text) for part in row)


def moment(message: Message) -> int:
    """When it was said: by the sender's clock, but never after it came here. Unix seconds."""
    return max(0, min(message.at // 1000, message.received))
