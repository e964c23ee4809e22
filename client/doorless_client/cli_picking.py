"""Which message a command is about: by the first digits of its id, or `last`."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from doorless_client.core.api import Engine, History, RefusedError
from doorless_client.core.views import Kind, Message

LAST = "last"
DIGITS = 4
"""Digits of an id that a command takes at least; `history --ids` prints eight."""

CHUNK = 256
_ID = re.compile(f"[0-9a-f]{{{DIGITS},32}}")


def message_of(engine: Engine, conversation: bytes, words: str) -> Message:
    """The message that is meant, of one conversation.

    Raises:
        RefusedError: no message of this conversation, or several.
    """
    small = words.strip().lower()
    if small != LAST and not _ID.fullmatch(small):
        raise RefusedError(f"a message is named by {DIGITS} or more digits of its id, or by: last")
    found = _found(engine, conversation, small)
    if len({which(one) for one in found}) > 1:
        raise RefusedError("several messages begin so: give more digits of the id")
    if not found:
        raise RefusedError("no message here has such an id: see history --ids")
    return found[0]


def quoted(engine: Engine, conversation: bytes, words: str | None) -> Message | None:
    """The message that is answered, where one is named. Raises RefusedError, as `message_of`."""
    return message_of(engine, conversation, words) if words else None


def as_it_is(engine: Engine, shown: Message) -> Message:
    """A message that was shown before, as it is now; looked for where it stood, then everywhere.

    Raises:
        RefusedError: it is there no more.
    """
    history = engine.history(shown.conversation)
    there = history.slice(shown.position, shown.position + 1)
    for message in chain(filter(is_at_hand, there), _newest_first(history)):
        if which(message) == which(shown):
            return message
    raise RefusedError("that message is no longer here")


def which(message: Message) -> tuple[bytes, bool]:
    """What tells it from all others of a conversation: others may give theirs the id of ours."""
    return message.id, message.mine


def is_at_hand(message: Message) -> bool:
    """Whether anything can be done with it."""
    return message.kind is Kind.TEXT and not message.deleted


def _found(engine: Engine, conversation: bytes, words: str) -> list[Message]:
    messages = _newest_first(engine.history(conversation))
    if words == LAST:
        return list(islice(messages, 1))
    return [message for message in messages if message.id.hex().startswith(words)]


def _newest_first(history: History) -> Iterator[Message]:
    for stop in range(len(history), 0, -CHUNK):
        yield from filter(is_at_hand, reversed(history.slice(max(0, stop - CHUNK), stop)))
