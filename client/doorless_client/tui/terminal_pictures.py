"""Pictures as the terminal itself draws them, by `textual-image`, for who chose that.

    pixels of `previews` ──► textual-image ──► kitty's protocol or sixels ──► the terminal

The package is given pixels, so that nothing that somebody sent is decoded in this process, and it
asks the terminal nothing: `graphics` did. What it leaves in a terminal is freed here.
(docs/adr/0054-a-terminal-draws-pictures-on-request.md)
"""

import importlib.util
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control

from doorless_client.previews import Picture
from doorless_client.tui.graphics import Graphics, ask, can_be_asked

MAX_CELLS = 256
"""Of a side: fewer than kitty's placeholders can count."""

_NEEDED = ("textual_image", "PIL")


class Drawn(Protocol):
    """One picture in one size, in the terminal."""

    def draw(self) -> None:
        """Make it ready: it takes up to a second, so call it off the event loop."""
        ...

    def line(self, number: int, x: int, y: int) -> str:
        """What is sent once the cells of this line are written. x, y: the first cell's."""
        ...

    def free(self) -> None:
        """Keep nothing of it, here and in the terminal. It waits for what is being drawn."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """How this terminal draws.

    Attributes:
        cell: pixels of a cell, width and height.
        draws: a Pillow image, columns and rows of what it is to fill.
    """

    cell: tuple[int, int]
    draws: Callable[[Any, int, int], Drawn]

    def fitted(self, picture: Picture, columns: int, rows: int) -> tuple[int, int]:
        """Cells that it takes of so many: its shape kept, and never larger than it is."""
        columns, rows = min(columns, MAX_CELLS), min(rows, MAX_CELLS)
        width, height = self.cell
        scale = min(columns * width / picture.width, rows * height / picture.height, 1.0)
        return (
            min(columns, max(1, round(picture.width * scale / width))),
            min(rows, max(1, round(picture.height * scale / height))),
        )

    def begun(self, picture: Picture, columns: int, rows: int) -> Drawn:
        pillow = importlib.import_module("PIL.Image")
        size = picture.width, picture.height
        return self.draws(pillow.frombytes("RGB", size, picture.data), columns, rows)


def prepare() -> Drawing | None:
    """Find out how this terminal draws, before an app starts; None: not at all."""
    if not can_be_asked(os.environ) or not all(map(importlib.util.find_spec, _NEEDED)):
        return None
    if sys.__stdin__ is None or sys.__stdout__ is None:
        return None
    return drawing_of(ask(sys.__stdin__.fileno(), sys.__stdout__.fileno(), os.environ))


def drawing_of(graphics: Graphics) -> Drawing | None:
    """Sixels first: some that speak kitty's protocol do not know the cells that it is drawn by."""
    if not graphics.kitty and not graphics.sixel:
        return None
    with _asking_nothing(graphics.cell):
        importlib.import_module("textual_image.widget")
    return Drawing(graphics.cell, Sixels if graphics.sixel else Kitty)


@contextmanager
def _asking_nothing(cell: tuple[int, int]) -> Iterator[None]:
    """Import `textual-image` in here: what is no terminal is not asked.

    By itself 0.12 asks three times, for 0.1 s each, and what a terminal answers later is typed into
    whatever has the focus; tmux makes one of its questions the title of the window.
    """
    names = "TEXTUAL_CELL_WIDTH", "TEXTUAL_CELL_HEIGHT"  # what it takes where it cannot ask
    terminal, sys.__stdout__ = sys.__stdout__, io.TextIOWrapper(io.BytesIO())  # type: ignore[misc]
    os.environ.update(zip(names, map(str, cell), strict=True))
    try:
        yield
    finally:
        sys.__stdout__ = terminal  # type: ignore[misc]
        for name in names:
            del os.environ[name]


class Kitty:
    """By kitty's protocol: it has the picture, and cells that stand for its parts."""

    def __init__(self, pixels: Any, columns: int, rows: int) -> None:
        renderable = importlib.import_module("textual_image.renderable")
        self._image: Any = renderable.TGPImage(pixels, width=columns, height=rows)
        self._lines: list[str] = []
        self._busy = Lock()

    def draw(self) -> None:
        with self._busy:
            if self._image is None:
                return
            console = _console()
            self._lines = [
                segment.style.render(segment.text.rstrip("\n"), color_system=ColorSystem.TRUECOLOR)
                for segment in console.render(self._image, console.options)
                if segment.style
            ]

    def line(self, number: int, x: int, y: int) -> str:
        if number >= len(self._lines):
            return ""
        return f"{Control.move_to(x, y + number)}{self._lines[number]}"

    def free(self) -> None:
        """`textual-image` only takes it off the screen; the terminal would go on holding it."""
        with self._busy:
            image, self._image, self._lines = self._image, None, []
            number = image and image.terminal_image_id
            if number and sys.__stdout__ is not None:
                sys.__stdout__.write(f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\")
                sys.__stdout__.flush()


class Sixels:
    """In sixels: nothing stays in the terminal but what is on the screen."""

    def __init__(self, pixels: Any, columns: int, rows: int) -> None:
        renderable = importlib.import_module("textual_image.renderable")
        self._image: Any = renderable.SixelImage(pixels, width=columns, height=rows)
        self._sixels = ""
        self._last = rows - 1
        self._busy = Lock()

    def draw(self) -> None:
        with self._busy:
            if self._image is None:
                return
            console = _console()
            drawn = (segment.text for segment in console.render(self._image, console.options))
            self._sixels = next(text for text in drawn if text.startswith("\x1bP"))

    def line(self, number: int, x: int, y: int) -> str:
        """All of it after the last line, since a line that is written later would be over it."""
        return f"{Control.move_to(x, y)}{self._sixels}" if number == self._last else ""

    def free(self) -> None:
        with self._busy:
            self._image = None
            self._sixels = ""


def _console() -> Console:
    """Of fixed size and without a terminal: what it renders is returned."""
    return Console(file=io.StringIO(), width=MAX_CELLS, height=MAX_CELLS, legacy_windows=False)
