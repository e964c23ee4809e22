"""What a terminal can draw besides text: asked once, before an app reads its keys.

Only somebody who chose it in the settings is asked for: the answer comes the way that keys come.
So the last question is one that every terminal answers, in order after the others; it is waited
for, and whatever else lies there then is dropped. An answer later than PATIENCE would be typed.
"""

import os
import re
import select
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

PATIENCE = 2.0
"""Seconds for all answers. A terminal takes milliseconds, one behind a bad line half a second."""

MAX_ANSWER = 4096
"""Bytes; longer ones are no answers to this."""

_PIXEL = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CELL = "\x1b[16t"
_WHO = "\x1b[c"

_TAKES_PIXEL = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
_CELL_IS = re.compile(rb"\x1b\[6;([1-9]\d{0,2});([1-9]\d{0,2})t")
_IS = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL = b"4"


@dataclass(frozen=True, slots=True)
class Graphics:
    """Attributes:
    kitty: it takes pictures by kitty's protocol.
    sixel: it draws sixels.
    cell: pixels of a cell, width and height.
    """

    kitty: bool
    sixel: bool
    cell: tuple[int, int]


NONE = Graphics(kitty=False, sixel=False, cell=(10, 20))


def can_be_asked(environment: Mapping[str, str]) -> bool:
    """Whether a person sits at both ends: no pipe, and no terminal without sequences."""
    if sys.platform == "win32" or environment.get("TERM", "dumb") in {"dumb", ""}:
        return False
    streams = sys.__stdin__, sys.__stdout__
    return all(stream is not None and stream.isatty() for stream in streams)


def is_multiplexed(environment: Mapping[str, str]) -> bool:
    """Whether tmux or screen lies between: they take what kitty is sent for a window's title."""
    term = environment.get("TERM", "")
    return "TMUX" in environment or "STY" in environment or term.startswith(("tmux", "screen"))


def ask(reads: int, writes: int, environment: Mapping[str, str]) -> Graphics:
    """What the terminal behind these descriptors says it can; NONE when it says nothing."""
    if sys.platform == "win32":
        return NONE
    import termios
    import tty

    before = termios.tcgetattr(reads)
    tty.setcbreak(reads)
    try:
        pixel = "" if is_multiplexed(environment) else _PIXEL
        os.write(writes, f"{pixel}{_CELL}{_WHO}".encode())
        return graphics_of(_answer(reads, monotonic() + PATIENCE))
    finally:
        termios.tcsetattr(reads, termios.TCSAFLUSH, before)  # what was not read is dropped


def graphics_of(answer: bytes) -> Graphics:
    who = _IS.search(answer)
    if who is None:
        return NONE
    cell = _CELL_IS.search(answer)
    height, width = map(int, cell.groups()) if cell else reversed(NONE.cell)
    return Graphics(
        kitty=_TAKES_PIXEL.search(answer) is not None,
        sixel=_SIXEL in who.group(1).split(b";"),
        cell=(width, height),
    )


def _answer(reads: int, until: float) -> bytes:
    """All up to the answer to the last question, or to `until`."""
    answer = b""
    while len(answer) < MAX_ANSWER and not _IS.search(answer):
        ready, _, _ = select.select([reads], [], [], max(0.0, until - monotonic()))
        if not ready:
            break
        answer += os.read(reads, 256)
    return answer
