"""What turns a picture into pixels, in a process of its own that can do nothing else.

    picture on stdin ──► limits ──► PNG or JPEG ──► at most 1280 by 1280 ──► size and RGB on stdout

As `picture_decoder.py`: it runs as a script apart, imports nothing of doorless, holds no secret,
and from `restrict` on opens no file and no socket, starts no process, and is bounded in memory and
time. Run by `previews.py` alone. Exit codes: 0, NOT_INSTALLED, NO_PICTURE.
"""

import io
import sys

NOT_INSTALLED, NO_PICTURE = 3, 4

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a picture."""

MAX_PIXELS = 40_000_000
"""Width times height: a photograph of a good camera."""

MAX_SIDE = 1280
"""Pixels of what is shown: as many as a window of a terminal that draws pictures itself."""

MEMORY = 768 * 1024 * 1024
"""Bytes of address space."""

SECONDS = 5
"""Of CPU."""


def restrict() -> None:
    """Give up what a decoder has no use for. What is open stays open: 0, 1 and 2."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def pixels_of(data: bytes) -> bytes:
    """Width and height in two bytes each, then rows of RGB.

    Raises:
        OSError, ValueError, SyntaxError, MemoryError: no picture, too large, or broken.
    """
    from PIL import Image, JpegImagePlugin, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = None  # the bound below is met before anything is decoded
    is_png = data.startswith(b"\x89PNG")
    opened = PngImagePlugin.PngImageFile if is_png else JpegImagePlugin.JpegImageFile
    picture: Image.Image = opened(io.BytesIO(data))
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("a picture with too many pixels")
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    shown = picture.convert("RGB")
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    return shown.width.to_bytes(2, "big") + shown.height.to_bytes(2, "big") + shown.tobytes()


def main() -> int:
    try:
        import PIL.Image
        import PIL.JpegImagePlugin
        import PIL.PngImagePlugin  # noqa: F401 - later no module can be opened any more
    except ImportError:
        return NOT_INSTALLED
    restrict()
    data = sys.stdin.buffer.read(MAX_FILE + 1)
    try:
        if len(data) > MAX_FILE:
            return NO_PICTURE
        shown = pixels_of(data)
    except (OSError, ValueError, SyntaxError, MemoryError):  # SyntaxError: a broken PNG
        return NO_PICTURE
    sys.stdout.buffer.write(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
