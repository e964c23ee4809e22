"""`doorless verify`: by digits, by words, by the text of a code, by a picture of it."""

from pathlib import Path
from typing import Any

import pytest


def trust_of(alice: Any) -> str:
    return str(alice("contacts", "--json").objects()[0]["trust"])


def picture_of(rows: list[str], path: Path) -> Path:
    """A picture of half blocks, as a terminal shows them: light on its dark background."""
    image = pytest.importorskip("PIL.Image", reason="doorless[scan] is not installed")
    pytest.importorskip("zxingcpp", reason="doorless[scan] is not installed")
    shot = image.new("L", (len(rows[0]), 2 * len(rows)))
    for y, row in enumerate(rows):
        for x, block in enumerate(row):
            shot.putpixel((x, 2 * y), 255 if block in "█▀" else 0)
            shot.putpixel((x, 2 * y + 1), 255 if block in "█▄" else 0)
    shot.resize((4 * shot.width, 4 * shot.height)).save(path)
    return path


def test_the_words_and_the_code_that_it_shows_verify(alice: Any, tmp_path: Path) -> None:
    lines = alice("verify", "bob").out.splitlines()
    assert lines[4] == "or the same in words, to read aloud:"
    words = " ".join(lines[5:9]).split()
    assert len(words) == 20
    (tmp_path / "noise.png").write_bytes(b"\x89PNG and no more")
    ended = alice("verify", "bob", "--image", str(tmp_path / "noise.png"))
    assert (ended.code, "not a PNG or JPEG" in ended.err, ended.out) == (1, True, "")
    assert alice("verify", "bob", "--number", " ".join([*words[1:], words[0]])).code == 3
    assert trust_of(alice) == "first-seen"
    assert alice("verify", "bob", "--number", " ".join(words)).code == 0
    assert trust_of(alice) == "verified"
    path = picture_of(lines[9:], tmp_path / "code.png")
    assert alice("verify", "bob", "--image", str(path)).out.startswith("verified bob@")
