"""F06: pictures made to exhaust, or to break, whoever looks at them."""

import io
import time
import zipfile
import zlib
from struct import pack
from zlib import compressobj, crc32

import pytest

from doorless_client import picture_decoder
from doorless_client.core.api import RefusedError
from doorless_client.previews import decode_picture

pytest.importorskip("PIL.Image", reason="the optional packages for pictures are not installed")

BOMB = 7000
"""Pixels of a side, 49 million in all: above both bounds, and what a test can pay for its twin."""

ANY_SIZE = picture_decoder.Bound(10**12, 10**12)


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))


def png(width: int, height: int, rows: int, *more: bytes) -> bytes:
    """Black, in grey; `rows` of it are really there."""
    packing, packed = compressobj(9), b""
    for _ in range(rows):
        packed += packing.compress(bytes(1 + width))
    packed += packing.flush()
    header = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(more)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def zipped() -> bytes:
    """Ten megabytes of nothing, ten times, in a few kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in range(10):
            archive.writestr(str(name), bytes(10 * 2**20))
    return packed.getvalue()


def looping_gif() -> bytes:
    head = b"GIF89a" + pack("<HHBBB", 10_000, 10_000, 0x80, 0, 0) + bytes(6)
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    frame = b"\x2c" + pack("<HHHHB", 0, 0, 10_000, 10_000, 0) + b"\x02\x02\x4c\x01\x00"
    return head + loop + frame * 10_000 + b"\x3b"


@pytest.mark.attack(
    "F06",
    "a picture of more pixels than any photograph is refused before one of them is decoded",
    weaken={
        "doorless_client.picture_decoder.PIXELS": ANY_SIZE,
        "doorless_client.picture_decoder.CODES": ANY_SIZE,
    },
)
def test_too_many_pixels_are_refused() -> None:
    bomb = png(BOMB, BOMB, BOMB)
    assert len(bomb) < 100_000
    for decode in (picture_decoder.pixels_of, picture_decoder.codes_in):
        with pytest.raises(ValueError, match="too many pixels"):
            decode(bomb)


def text_bomb() -> bytes:
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 * 2**20)))


BOMBS = {
    "50,000 by 50,000": lambda: png(50_000, 50_000, 10),
    "4,000,000,000 by 4,000,000,000": lambda: png(2**32 - 1, 2**32 - 1, 0),
    "a comment of 80 MiB": lambda: png(10, 10, 10, text_bomb()),
    "an archive": zipped,
    "a GIF that loops": looping_gif,
    "half a picture": lambda: png(1000, 1000, 1000)[:-200],
    "nothing": lambda: b"",
    "a JPEG of nothing": lambda: b"\xff\xd8\xff\xe0" + bytes(1000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_the_decoder_and_not_here(name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RefusedError, match=r"no PNG or JPEG|cannot be shown"):
        decode_picture(BOMBS[name]())
    assert time.monotonic() - begun < 20


def test_an_honest_picture_is_shown() -> None:
    """The positive control."""
    shown = decode_picture(png(640, 480, 480))
    assert (shown.width, shown.height) == (640, 480)
    assert shown.pixel(0, 0) == (0, 0, 0)
