"""What commands print: lines for people, or one JSON object a line for programs.

A peer's text is a SafeText before it gets here. On a line of its own it is indented where it
goes on, so that no text can pass for another message.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len

from doorless_client.contact_facts import REPLACED
from doorless_client.core.views import Chat, Details, Kind, Message, Standing, State, Trust

LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
"""Latest time that can be written; a peer may claim any."""

ID_DIGITS = 16
"""Digits of an account id that are printed; commands take 8 or more."""

WIDEST = 40
"""Cells that a column takes at most for the others' sake; a longer cell pushes its row."""

_CONTINUED = "\n      │ "


class OutputError(Exception):
    """Standard output takes nothing: what the command prints is lost."""


def line(text: str = "") -> None:
    with _printing():
        sys.stdout.write(text + "\n")


def json_line(value: dict[str, Any]) -> None:
    """Escapes whatever is not ASCII."""
    line(json.dumps(value))


def flush() -> None:
    """Let leave what was printed, now."""
    with _printing():
        sys.stdout.flush()


@contextmanager
def _printing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has seen enough, which is no error
        raise
    except OSError as error:
        raise OutputError(f"standard output: {error.strerror}") from None


def rfc3339(seconds: float) -> str:
    """In UTC, to the millisecond where it is known."""
    moment = datetime.fromtimestamp(min(max(seconds, 0.0), LAST_MOMENT), UTC)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def message_json(message: Message) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "id": message.id.hex(),
        "conversation": message.conversation.hex(),
        "from": message.sender,
        "device": message.device.hex(),
        "at": rfc3339(message.at / 1000),
        "received": rfc3339(message.received),
        "kind": message.kind.value,
        "text": message.text,
        "state": message.state.word,
        "gap": message.gap,
        "late": message.late,
    }


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines whose cells stand below each other, also where letters are two cells wide."""
    widths = [min(WIDEST, max(map(cell_len, column))) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = [
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield "  ".join(padded).rstrip()


def message_line(message: Message, chat: Chat) -> str:
    """`chat` is the message's; of a request it has a name that says more than the account id."""
    when = rfc3339(message.received)[:16].replace("T", " ")
    text = message.text.replace("\n", _CONTINUED)
    if message.kind is Kind.NOTE:
        return f"{when}  * {text}"
    marks = [] if message.state is State.RECEIVED else [message.state.word]
    if message.late:
        marks.append("late")
    if message.gap:
        marks.insert(0, f"{message.gap} missing before")
    state = f"  [{', '.join(marks)}]" if marks else ""
    who = chat.name if message.state is State.REQUEST else message.sender
    return f"{when}  {who}: {text}{state}"


def chat_json(chat: Chat) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "conversation": chat.conversation.hex(),
        "address": chat.address,
        "name": chat.name,
        "trust": chat.trust.value,
        "standing": chat.standing.value,
        "confirmed": chat.confirmed,
        "unread": chat.unread,
    }


def details_json(details: Details) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "address": details.address,
        "name": details.name,
        "account": details.account.hex(),
        "trust": details.trust.value,
        "standing": details.standing.value,
        "confirmed": details.confirmed,
        "checked": details.checked,
        "devices": details.devices,
        "added": rfc3339(details.added),
        "last_resort": details.last_resort,
        "healed": rfc3339(details.healed) if details.healed else None,
    }


_TRUST_WORDS = {
    Trust.FIRST_SEEN: "not verified",
    Trust.VERIFIED: "verified",
    Trust.CHANGED: "KEYS CHANGED",
}


def chat_row(chat: Chat) -> tuple[str, str, str]:
    """Who, under which other name or number, and what is to be known of them."""
    facts = [_TRUST_WORDS[chat.trust]]
    if chat.replaced:
        facts.append(REPLACED)
    if chat.standing is not Standing.CONTACT:
        facts.append(chat.standing.value)
    if chat.unread:
        facts.append(f"{chat.unread} unread")
    if chat.standing is Standing.REQUEST:
        return chat.name, chat.address[:ID_DIGITS], ", ".join(facts)
    name = f"({chat.name})" if chat.name and chat.name != chat.address else ""
    return chat.address, name, ", ".join(facts)
