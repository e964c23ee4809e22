"""A conversation as a file: lines to read, or one JSON object a line.

Nothing in it is sealed or signed. Whatever a peer wrote is a SafeText, and where it goes on in
another line it is indented, so that no text can pass for another message.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from doorless_client.cli_output import message_json, message_line
from doorless_client.core.api import Engine, History, RefusedError
from doorless_client.core.views import Chat, Message
from doorless_client.new_files import new_file
from doorless_client.text import neutralise

CHUNK = 256
"""Messages written before the screen gets a turn again."""


async def export_conversation(
    engine: Engine, conversation: bytes, path: Path, *, as_json: bool
) -> int:
    """Write all of it, oldest first; how many messages there were.

    Raises:
        RefusedError: no such conversation, the file is there already, or the disk is full.
    """
    chat, history = _chat(engine, conversation), engine.history(conversation)
    count = 0
    with new_file(path) as file:
        if not as_json:
            file.write(_encoded(_title(chat)))
        for messages in chunks(history):
            lines = (_as_json(one) if as_json else message_line(one, chat) for one in messages)
            file.write(b"".join(map(_encoded, lines)))
            count += len(messages)
            await asyncio.sleep(0)
    return count


def chunks(history: History) -> Iterator[list[Message]]:
    for start in range(0, len(history), CHUNK):
        yield list(history.slice(start, start + CHUNK))


def _chat(engine: Engine, conversation: bytes) -> Chat:
    for chat in engine.chats():
        if chat.conversation == conversation:
            return chat
    raise RefusedError("there is no such conversation")


def _title(chat: Chat) -> str:
    return f"Conversation with {chat.name} ({chat.address}). This file is not sealed."


def _as_json(message: Message) -> str:
    return json.dumps(message_json(message))


def _encoded(line: str) -> bytes:
    return f"{neutralise(line)}\n".encode()
