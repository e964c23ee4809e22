"""A picture that somebody sent, as pixels: decoded in a process apart, like `pictures.py` does.

What that process says is bounded and checked here like a peer's words.
Spec: docs/spec/14-attachments.md.
"""

import sys
from dataclasses import dataclass

from doorless_client import decoding
from doorless_client.core.api import RefusedError
from doorless_client.picture_decoder import MAX_SIDE, NOT_INSTALLED, PIXELS

MAX_PICTURE = PIXELS.file
"""Bytes of a picture that is decoded."""

SUFFIXES = (".png", ".jpg", ".jpeg")

MAX_SAID = 4 + 3 * MAX_SIDE * MAX_SIDE
"""Bytes of the decoder's answer."""

_MISSING = (
    "Looking at pictures needs one more package: pip install '.[pictures]' in the folder of "
    "doorless's source, where you installed it from."
)

Pixel = tuple[int, int, int]


class PictureError(RefusedError):
    """It cannot be shown; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of red, green and blue, a byte each."""

    width: int
    height: int
    data: bytes

    def pixel(self, x: int, y: int) -> Pixel:
        at = 3 * (y * self.width + x)
        return self.data[at], self.data[at + 1], self.data[at + 2]

    def fitted(self, width: int, height: int) -> "Picture":
        """At most so large, its shape kept, by the nearest pixels."""
        scale = min(width / self.width, height / self.height, 1.0)
        wide, high = max(1, int(self.width * scale)), max(1, int(self.height * scale))
        columns = [x * self.width // wide for x in range(wide)]
        rows = bytearray()
        for y in range(high):
            start = 3 * self.width * (y * self.height // high)
            for x in columns:
                rows += self.data[start + 3 * x : start + 3 * x + 3]
        return Picture(wide, high, bytes(rows))


def is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def decode_picture(data: bytes) -> Picture:
    """Takes about half a second; call it off the event loop.

    Raises:
        PictureError: no picture, too large, or what reads pictures is not installed.
    """
    if sys.platform == "win32":
        raise PictureError("Pictures are not shown on Windows: save the file.")
    if len(data) > MAX_PICTURE:
        raise PictureError(f"A picture that is shown has at most {MAX_PICTURE // 2**20} MiB.")
    code, said = decoding.decode("pixels", data, MAX_SAID)
    if code == NOT_INSTALLED:
        raise PictureError(_MISSING)
    return _checked(code, said)


def _checked(code: int, said: bytes) -> Picture:
    if code or len(said) < 4:
        raise PictureError("This is no PNG or JPEG picture that can be shown here.")
    width, height = int.from_bytes(said[:2], "big"), int.from_bytes(said[2:4], "big")
    is_right = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE
    if not is_right or len(said) != 4 + 3 * width * height:
        raise PictureError("This picture cannot be shown.")
    return Picture(width, height, said[4:])
