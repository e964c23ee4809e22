"""What reads a picture, in a process of its own that can do nothing else.

    picture on stdin ──► limits ──► PNG or JPEG to grey ──► QR codes ──► JSON list on stdout

The picture may come from anybody, and decoders of pictures are large and written in C. So this
runs as a script apart, that imports nothing of doorless, holds no secret, and from `restrict` on
opens no file and no socket, starts no process, and has a bound on memory and time.
Run by `pictures.py` alone. Exit codes: 0, NOT_INSTALLED, NO_PICTURE.
"""

import io
import json
import sys
from typing import Any

NOT_INSTALLED, NO_PICTURE = 3, 4

MAX_FILE = 8 * 1024 * 1024
"""Bytes of a picture: a photograph of a telephone."""

MAX_PIXELS = 24_000_000
"""Width times height, of a photograph. In grey as many bytes, while decoding up to nine times."""

MAX_CODES = 4
"""Codes told of one picture: more than one is not what was asked for."""

MAX_TEXT = 2953
"""Characters of one code: the largest that there is."""

MEMORY = 768 * 1024 * 1024
"""Bytes of address space, of which Python and both libraries take 300 MiB."""

SECONDS = 5
"""Of CPU: a photograph takes less than one."""


def restrict() -> None:
    """Give up what a reader of a picture has no use for. What is open stays open: 0, 1 and 2."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # no file and no socket gets a number


def grey_of(data: bytes) -> Any:
    """A Pillow image of one byte a pixel, from a PNG or JPEG; no other format is tried.

    Raises:
        OSError, ValueError, SyntaxError, MemoryError: it is neither, or too large, or broken.
    """
    from PIL import Image, JpegImagePlugin, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = None  # the bound below is met before anything is decoded
    is_png = data.startswith(b"\x89PNG")
    opened = PngImagePlugin.PngImageFile if is_png else JpegImagePlugin.JpegImageFile
    picture: Image.Image = opened(io.BytesIO(data))
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("a picture with too many pixels")
    if picture.has_transparency_data:  # what lies behind is paper
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("L")


def main() -> int:
    try:
        import PIL.Image
        import PIL.JpegImagePlugin
        import PIL.PngImagePlugin  # noqa: F401 - later no module can be opened any more
        import zxingcpp
    except ImportError:
        return NOT_INSTALLED
    restrict()
    data = sys.stdin.buffer.read(MAX_FILE + 1)
    try:
        if len(data) > MAX_FILE:
            return NO_PICTURE
        grey = grey_of(data)
    except (OSError, ValueError, SyntaxError, MemoryError):  # SyntaxError: a broken PNG
        return NO_PICTURE
    pixels = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    codes = zxingcpp.read_barcodes(
        pixels,
        formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
        text_mode=zxingcpp.TextMode.Plain,
    )
    json.dump([code.text[:MAX_TEXT] for code in codes[:MAX_CODES]], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
