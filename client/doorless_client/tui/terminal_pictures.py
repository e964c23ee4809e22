"""Pictures as the terminal itself draws them, where the extra for it is installed.

`textual-image` asks the terminal what it can as it is imported, so that has to happen before an
app runs. It is given pixels: nothing that somebody sent is decoded in this process.
"""

import importlib
from typing import Any

from textual.widget import Widget

from doorless_client.previews import Picture

_drawers: list[tuple[Any, Any]] = []
"""The package's widget and Pillow's Image, once both were found."""


def prepare() -> None:
    """Find out what the terminal can; call it before the app starts. Without the extra: nothing."""
    try:
        found = importlib.import_module("textual_image.widget").Image
        pillow = importlib.import_module("PIL.Image")
    except ImportError:
        return
    _drawers[:] = [(found, pillow)]


def whole_picture(picture: Picture) -> Widget | None:
    """A widget that draws it; None where half cells have to do."""
    if not _drawers:
        return None
    drawer, pillow = _drawers[0]
    pixels = pillow.frombytes("RGB", (picture.width, picture.height), picture.data)
    widget: Widget = drawer(pixels, id="picture")
    return widget
