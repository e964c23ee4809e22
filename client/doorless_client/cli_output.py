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

from doorless_client import text as harmless
from doorless_client.contact_facts import REPLACED
from doorless_client.core.message_parts import FileView, QuoteView
from doorless_client.core.views import (
    FOREVER,
    Chat,
    Details,
    Kind,
    Message,
    Standing,
    State,
    Trust,
)
from doorless_client.settings.spans import in_words
from doorless_client.text import SafeText

LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
"""Latest time that can be written; a peer may claim any."""

ID_DIGITS = 16
"""Digits of an account id that are printed; commands take 8 or more."""

WIDEST = 40
"""Cells that a column takes at most for the others' sake; a longer cell pushes its row."""

QUOTED = 60
"""Characters of a quoted message that are printed."""

_CONTINUED = "\n      │ "


class OutputError(Exception):
    """Standard output takes nothing: what the command prints is lost."""


def line(text: str = "") -> None:
    """Print it. What a terminal would obey is shown, even where somebody forgot to."""
    with _printing():
        sys.stdout.write(harmless.neutralise(text) + "\n")


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
        "forwarded": message.forwarded,
        "edited": message.edited,
        "deleted": message.deleted,
        "pinned": message.pinned,
        "lasts": message.lasts,
        "gone_at": rfc3339(message.gone_at) if message.gone_at else None,
        "quote": _quote_json(message.quote) if message.quote else None,
        "reactions": [
            {"emoji": one.emoji, "by": one.by, "mine": one.mine} for one in message.reactions
        ],
        "file": _file_json(message.file) if message.file else None,
    }


def _quote_json(quote: QuoteView) -> dict[str, Any]:
    return {"author": quote.author, "text": quote.text, "known": quote.known}


def _file_json(file: FileView) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "state": file.state.value,
        "done": file.done,
        "incoming": file.incoming,
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
    marks += [f"{one.emoji} {one.by}" for one in message.reactions]
    if message.file is not None:
        text = f"{file_words(message.file)} {text}".rstrip()
    if message.late:
        marks.append("late")
    if message.gap:
        marks.insert(0, f"{message.gap} missing before")
    state = f"  [{', '.join(marks)}]" if marks else ""
    who = chat.name if message.state is State.REQUEST else message.sender
    facts = facts_before(message)
    return f"{when}  {who}{f' ({facts})' if facts else ''}: {text}{state}"


def facts_before(message: Message) -> str:
    """What is said of a message before its words, where no words of others can imitate it."""
    facts = ["forwarded"] if message.forwarded else []
    if message.edited:
        facts.append("edited")
    if message.pinned:
        facts.append("pinned")
    if message.lasts:
        facts.append(f"lasts {in_words(message.lasts)}")
    if (quote := message.quote) is not None:
        words = SafeText(quote.text.replace("\n", " ").replace('"', "'")[:QUOTED])
        claim = "" if quote.known else ", as they say"
        facts.append(f'answers {quote.author}: "{words}"{claim}')
    return "; ".join(facts)


def file_words(file: FileView) -> str:
    """A file in words: its name, how large it is, how far it came."""
    note = f", {file.note}" if file.note else ""
    return f"[file {file.name}, {file.size} bytes, {file.state.value}{note}]"


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
        "pinned": chat.pinned,
        "muted_until": None if not chat.muted_until else _until(chat.muted_until),
        "archived": chat.archived,
        "marked_unread": chat.marked_unread,
        "lasts": chat.lasts,
        "note_to_self": chat.note_to_self,
    }


def _until(seconds: int) -> str:
    return "forever" if seconds == FOREVER else rfc3339(seconds)


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
    if chat.note_to_self or chat.echo:
        return chat.name, "", ", ".join(_arranged(chat))
    facts = [_TRUST_WORDS[chat.trust]]
    if chat.replaced:
        facts.append(REPLACED)
    if chat.standing is not Standing.CONTACT:
        facts.append(chat.standing.value)
    facts += _arranged(chat)
    if chat.standing is Standing.REQUEST:
        return chat.name, chat.address[:ID_DIGITS], ", ".join(facts)
    name = f"({chat.name})" if chat.name and chat.name != chat.address else ""
    return chat.address, name, ", ".join(facts)


def _arranged(chat: Chat) -> list[str]:
    """How the person arranged it, in words."""
    facts = [f"{chat.unread} unread"] if chat.unread else []
    if chat.marked_unread and not chat.unread:
        facts.append("marked unread")
    facts += ["pinned"] if chat.pinned else []
    facts += ["muted"] if chat.muted_until else []
    facts += ["archived"] if chat.archived else []
    return [*facts, f"messages last {in_words(chat.lasts)}"] if chat.lasts else facts
