"""Looking at a picture that somebody sent: on the person's wish, decoded in a process apart."""

import asyncio
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Message
from doorless_client.previews import MAX_PICTURE, decode_picture, is_picture
from doorless_client.tui.base import app_of
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.viewer import Viewer


async def look(screen: Screen[Any], engine: Engine, message: Message, glyphs: Glyphs) -> None:
    """Show it, or say in a line why not. Nothing of it is written to a disk."""
    if message.file is None:
        return
    if not is_picture(message.file.name):
        _say(screen, "Only PNG and JPEG pictures are shown here. s saves the file.")
        return
    try:
        data = await engine.files.read(message, MAX_PICTURE)
        picture = await asyncio.to_thread(decode_picture, data)
    except RefusedError as refused:
        _say(screen, str(refused))
        return
    app = app_of(screen)
    drawing = app.drawing if app.settings.pictures == "terminal" else None
    await app.push_screen(Viewer(message.file.name, picture, glyphs, drawing))


def _say(screen: Screen[Any], words: str) -> None:
    screen.notify(plain(words).plain, markup=False, timeout=6)
