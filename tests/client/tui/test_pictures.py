"""The pictures of the documentation: all there, small, shown to a reader, drawn by a command."""

import re
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="pictures are drawn with Pillow")

from PIL import Image
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from pictures.__main__ import SHOTS, draw
from pictures.cells import HEIGHT, WIDTH, picture

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "pictures"
IN_A_BROWSER = {"classroom"}
"""Pictures of the lab's pages: no terminal draws them."""

AT_MOST = 80_000
"""Bytes of one picture: pages with several stay light."""


def test_every_picture_is_drawn_and_shown() -> None:
    kept = {path.stem for path in FOLDER.glob("*.png")}
    assert kept == {shot.name for shot in SHOTS} | IN_A_BROWSER
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {
        name for page in pages for name in re.findall(r"pictures/([\w-]+)\.png", page.read_text())
    }
    assert shown == kept


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_has_the_size_of_its_screen_and_few_bytes(shot) -> None:
    path = FOLDER / f"{shot.name}.png"
    columns, rows = shot.size
    with Image.open(path) as image:
        assert image.size == (columns * WIDTH, rows * HEIGHT)
    assert path.stat().st_size <= AT_MOST


def test_a_cell_is_drawn_where_it_stands() -> None:
    red, green = Style(bgcolor="#ff0000"), Style(color="#00ff00", bgcolor="#000000")
    image = picture([Strip([Segment("  ", red), Segment("█▀", green)])]).convert("RGB")
    assert image.size == (4 * WIDTH, HEIGHT)
    assert image.getpixel((WIDTH, 1)) == (255, 0, 0)
    assert image.getpixel((2 * WIDTH, HEIGHT - 1)) == (0, 255, 0)
    assert image.getpixel((3 * WIDTH, 0)) == (0, 255, 0)
    assert image.getpixel((3 * WIDTH, HEIGHT - 1)) == (0, 0, 0)


async def test_the_running_messenger_is_drawn(tmp_path: Path) -> None:
    shot = next(shot for shot in SHOTS if shot.name == "lock-80x24")
    path = await draw(shot, tmp_path)
    with Image.open(path) as image:
        assert len(image.convert("RGB").getcolors(1_000_000)) > 8
