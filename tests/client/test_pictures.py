"""Codes are read from pictures, in a process that can do nothing else; hostile files do no harm."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from struct import pack
from zlib import compress, crc32

import pytest
import segno

from doorless_client import decoding, picture_decoder, pictures
from doorless_client.pictures import PictureError, looks_like_path, read_code, read_link
from doorless_client.qr import half_blocks
from doorless_protocol.keys import SigningKey
from doorless_protocol.verification import LogAnchor, SafetyNumber

pytest.importorskip("zxingcpp", reason="the optional packages of doorless[scan] are not installed")
Image = pytest.importorskip("PIL.Image", reason="doorless[scan] is not installed")

NUMBER = SafetyNumber.of(*(SigningKey.from_seed(bytes((n,)) * 64).verifying for n in (1, 2)))
CODE = NUMBER.code([LogAnchor(b"here", 7, b"h" * 32)])


def picture_of(*texts: str, scale: int = 4) -> "Image.Image":
    """A photograph that has codes with these texts beside each other."""
    shots = []
    for text in texts:
        drawn = io.BytesIO()
        segno.make(text, error="l", micro=False).save(drawn, kind="png", scale=scale)
        shots.append(Image.open(drawn).convert("L"))
    sheet = Image.new("L", (sum(each.width for each in shots), max(each.height for each in shots)))
    for place, shot in enumerate(shots):
        sheet.paste(shot, (sum(each.width for each in shots[:place]), 0))
    return sheet


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))


def png(width: int, height: int, pixels: bytes) -> bytes:
    header = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("form", ["png", "jpg", "JPEG"])
def test_the_code_of_a_picture_is_its_text(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"code.{form}"
    picture_of(CODE).save(path)
    assert looks_like_path(str(path))
    assert read_code(path) == CODE
    assert NUMBER.matches(read_code(path))


def test_a_photograph_is_turned_and_pale_and_see_through(tmp_path: Path) -> None:
    pale = picture_of(CODE).point(lambda level: 90 + level // 3)
    pale.rotate(37, expand=True, fillcolor=175).save(tmp_path / "turned.png")
    assert read_code(tmp_path / "turned.png") == CODE
    upright = picture_of(CODE)
    ink = Image.new("RGBA", upright.size)
    ink.paste((0, 0, 0, 255), (0, 0), upright.point(lambda level: 255 - level))
    ink.save(tmp_path / "clear.png")
    assert read_code(tmp_path / "clear.png") == CODE


def test_what_a_terminal_shows_can_be_read(tmp_path: Path) -> None:
    rows = half_blocks(CODE)
    shot = Image.new("L", (len(rows[0]), 2 * len(rows)))
    for y, row in enumerate(rows):
        for x, block in enumerate(row):
            upper, lower = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}[block]
            shot.putpixel((x, 2 * y), upper)
            shot.putpixel((x, 2 * y + 1), lower)
    larger = (6 * shot.width, 6 * shot.height)
    shot.resize(larger, Image.Resampling.NEAREST).save(tmp_path / "screen.png")
    assert read_code(tmp_path / "screen.png") == CODE


def test_two_codes_are_one_too_many_and_another_one_is_none(tmp_path: Path) -> None:
    other = SafetyNumber.of(*(SigningKey.from_seed(bytes((n,)) * 64).verifying for n in (1, 3)))
    for texts, why in (
        ([CODE, other.code()], "several codes"),
        (["https://example.org/" + "a" * 90], "not that of a safety number"),
    ):
        picture_of(*texts).save(tmp_path / "picture.png")
        with pytest.raises(PictureError, match=why):
            read_code(tmp_path / "picture.png")
    Image.new("L", (200, 200), 255).save(tmp_path / "empty.png")
    with pytest.raises(PictureError, match="no code"):
        read_code(tmp_path / "empty.png")


LINK = f"doorless:link1?relay=relay.test&until=1800000000&secret={'A' * 43}&offer={'A' * 43}"


def test_the_link_of_a_device_is_read_as_its_qr_code_shows_it(tmp_path: Path) -> None:
    picture_of(LINK).save(tmp_path / "link.png")
    assert read_link(tmp_path / "link.png") == LINK
    with pytest.raises(PictureError, match="not that of a safety number"):
        read_code(tmp_path / "link.png")
    picture_of(CODE).save(tmp_path / "code.png")
    with pytest.raises(PictureError, match="not the link of a device"):
        read_link(tmp_path / "code.png")


SOUND = png(8, 8, bytes(8 * 9))


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x89PNG",
        SOUND[:40],
        SOUND[:-20],
        SOUND.replace(b"IDAT", b"IDAU"),
        png(60_000, 60_000, bytes(1000)),  # a bomb: 3.6 GB of pixels
        png(0, 0, b""),
        png(4000, 4000, bytes(10)),
        b"\xff\xd8\xff\xe0" + bytes(1000),
        b"GIF89a" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
        os.urandom(5000),
    ],
)
def test_a_hostile_file_is_refused_in_our_own_words(tmp_path: Path, hostile: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(hostile)
    with pytest.raises(PictureError):
        read_code(path)


def test_what_is_no_file_is_not_opened_for_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path, tmp_path / "none.png", tmp_path / "pipe.png", Path("/dev/zero")):
        with pytest.raises(PictureError, match="file"):
            read_code(path)
    with (tmp_path / "large.png").open("wb") as large:
        large.truncate(pictures.MAX_FILE + 1)
    with pytest.raises(PictureError, match="at most 8 MiB"):
        read_code(tmp_path / "large.png")


def tried_inside(attempt: str) -> str:
    """What comes of `attempt` where a picture is decoded."""
    code = f"""
import mmap, os, socket, sys
sys.path.insert(0, {str(Path(picture_decoder.__file__).parent)!r})
import picture_decoder
picture_decoder.restrict()
try:
    {attempt}
except (OSError, MemoryError, ValueError) as error:
    print(type(error).__name__)
else:
    print("done")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return run.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.socketpair()",
        "open('/etc/passwd')",
        "open('/tmp/left-behind', 'w')",
        "os.pipe()",
        "bytearray(1024 * 1024 * 1024)",
        "__import__('resource').setrlimit(__import__('resource').RLIMIT_CPU, (6, -2))",
    ],
)
def test_whoever_took_over_the_decoder_opens_nothing(attempt: str) -> None:
    assert tried_inside(attempt) in ("OSError", "MemoryError", "ValueError", "FileNotFoundError")
    assert tried_inside("os.getpid()") == "done"


@pytest.mark.parametrize(
    "said", [b"", b"{}", b"[1]", b'["a"', b"\xff", b"[" * 100_000, json.dumps("text").encode()]
)
def test_a_decoder_that_is_not_itself_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    (tmp_path / "picture.png").write_bytes(SOUND)
    monkeypatch.setattr(decoding, "decode", lambda *_: (0, said))
    with pytest.raises(PictureError):
        read_code(tmp_path / "picture.png")


def test_a_decoder_that_never_ends_or_never_stops_talking_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "picture.png").write_bytes(SOUND)
    for script in ("while True: pass", "while True: print('a' * 65536)"):
        (tmp_path / "decoder.py").write_text(script)
        monkeypatch.setattr(picture_decoder, "__file__", str(tmp_path / "decoder.py"))
        monkeypatch.setattr(decoding, "PATIENCE", 0.3)
        with pytest.raises(PictureError):
            read_code(tmp_path / "picture.png")


def test_without_the_packages_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "picture.png").write_bytes(SOUND)
    (tmp_path / "decoder.py").write_text(f"raise SystemExit({picture_decoder.NOT_INSTALLED})")
    monkeypatch.setattr(picture_decoder, "__file__", str(tmp_path / "decoder.py"))
    with pytest.raises(PictureError, match=r"pip install '\.\[scan\]'"):
        read_code(tmp_path / "picture.png")
