"""Which message a command is about: by the first digits of its id, or `last`."""

import re

from doorless_client.core.api import Engine, RefusedError
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
    if len({one.id for one in found}) > 1:
        raise RefusedError("several messages begin so: give more digits of the id")
    if not found:
        raise RefusedError("no message here has such an id: see history --ids")
    return found[0]


def _found(engine: Engine, conversation: bytes, words: str) -> list[Message]:
    history, found = engine.history(conversation), list[Message]()
    for stop in range(len(history), 0, -CHUNK):
        for message in reversed(history.slice(max(0, stop - CHUNK), stop)):
            if message.kind is not Kind.TEXT or message.deleted:
                continue
            if words == LAST:
                return [message]
            if message.id.hex().startswith(words):
                found.append(message)
    return found
