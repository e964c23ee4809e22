"""What reads a picture, in a process of its own that can do nothing else.

    picture on stdin ──► limits ──► PNG or JPEG ─┬─ codes ──► grey ──► QR codes ──► a JSON list
                                                 └─ pixels ──► at most 1280 by 1280 ──► RGB

The picture may come from anybody, and decoders of pictures are large and written in C. So this
runs as a script apart, that imports nothing of doorless, holds no secret, and from `restrict` on
opens no file and no socket, starts no process, and has a bound on memory and time.
Run by `decoding.py` alone, with the name of what is wanted; the answer goes to stdout. Exit codes:
0, NOT_INSTALLED, NO_PICTURE.
"""

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

NOT_INSTALLED, NO_PICTURE = 3, 4


@dataclass(frozen=True)
class Bound:
    """Bytes of a file, and its width times height."""

    file: int
    pixels: int


CODES = Bound(8 * 1024 * 1024, 24_000_000)
"""A photograph of a telephone. In grey a byte each, while codes are looked for up to nine times."""

PIXELS = Bound(16 * 1024 * 1024, 40_000_000)
"""A photograph of a good camera."""

MAX_SIDE = 1280
"""Pixels of what is shown: as many as a window of a terminal that draws pictures itself."""

MAX_CODES = 4
"""Codes told of one picture: more than one is not what was asked for."""

MAX_TEXT = 2953
"""Characters of one code: the largest that there is."""

MEMORY = 768 * 1024 * 1024
"""Bytes of address space, of which Python and the libraries take 300 MiB."""

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


def _opened(data: bytes, bound: Bound) -> Any:
    """A Pillow image, of which nothing is decoded yet; no format but PNG and JPEG is tried.

    Raises:
        OSError, ValueError, SyntaxError, MemoryError: it is neither, or too large, or broken. So
            do those below.
    """
    from PIL import Image, JpegImagePlugin, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = None  # the bound below is met before anything is decoded
    is_png = data.startswith(b"\x89PNG")
    plugin = PngImagePlugin.PngImageFile if is_png else JpegImagePlugin.JpegImageFile
    picture: Image.Image = plugin(io.BytesIO(data))
    if picture.width * picture.height > bound.pixels:
        raise ValueError("a picture with too many pixels")
    return picture


def _on_paper(picture: Any, mode: str) -> Any:
    """In that mode; white where it can be seen through."""
    from PIL import Image

    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert(mode)


def codes_in(data: bytes) -> bytes:
    """The texts of the QR codes in it, as JSON."""
    import zxingcpp

    grey = _on_paper(_opened(data, CODES), "L")
    pixels = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    codes = zxingcpp.read_barcodes(
        pixels,
        formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return json.dumps([code.text[:MAX_TEXT] for code in codes[:MAX_CODES]]).encode()


def pixels_of(data: bytes) -> bytes:
    """Width and height in two bytes each, then rows of RGB."""
    picture = _opened(data, PIXELS)
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    shown = _on_paper(picture, "RGB")
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    size = shown.width.to_bytes(2, "big") + shown.height.to_bytes(2, "big")
    return bytes(size + shown.tobytes())


def main(wanted: str) -> int:
    try:
        import PIL.Image
        import PIL.JpegImagePlugin
        import PIL.PngImagePlugin  # noqa: F401 - later no module can be opened any more

        if wanted == "codes":
            import zxingcpp  # noqa: F401
    except ImportError:
        return NOT_INSTALLED
    restrict()
    bound, read = (CODES, codes_in) if wanted == "codes" else (PIXELS, pixels_of)
    data = sys.stdin.buffer.read(bound.file + 1)
    if len(data) > bound.file:
        return NO_PICTURE
    try:
        said = read(data)
    except (OSError, ValueError, SyntaxError, MemoryError):  # SyntaxError: a broken PNG
        return NO_PICTURE
    sys.stdout.buffer.write(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
