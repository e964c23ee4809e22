"""Files: sent, fetched and saved; never opened."""

from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.plain.desk import Desk
from doorless_client.plain.saying import say
from doorless_client.text import safe_line
from doorless_client.typed_paths import path_of


async def offer(desk: Desk, words: str) -> None:
    chat = desk.open_chat()
    desk.check_may_send(chat)
    if not words:
        raise RefusedError("/file PATH: which file?")
    await desk.messenger.files.offer(chat.conversation, _path(words))


async def fetch(desk: Desk, words: str) -> None:
    message = desk.message(words)
    await desk.messenger.files.fetch(message)


async def pause(desk: Desk, words: str) -> None:
    await desk.messenger.files.pause(desk.message(words))


async def stop(desk: Desk, words: str) -> None:
    await desk.messenger.files.cancel(desk.message(words))


async def save(desk: Desk, words: str) -> None:
    number, _, folder = words.partition(" ")
    message = desk.message(number)
    saved = await desk.messenger.files.save(message, _path(folder.strip() or "."))
    say(f"saved as {safe_line(str(saved), at_most=4096)}")


def _path(words: str) -> Path:
    return path_of(words).absolute()
