"""Which directory `--profile` means."""

from pathlib import Path

import pytest

from doorless_client.profile import default_directory
from doorless_client.profiles import ProfileNameError, place_of


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "a.b", "ä", "x" * 65, "a\x00b", "a\n"])
def test_what_is_neither_a_name_nor_a_folder_is_refused(name: str) -> None:
    with pytest.raises(ProfileNameError):
        place_of(name)


@pytest.mark.parametrize("name", ["work", "Work-2", "a_b", "7"])
def test_a_name_is_a_folder_beside_the_default_one(name: str) -> None:
    assert place_of(name) == default_directory().parent / name
    assert place_of(None) == default_directory()


def test_a_path_is_a_folder_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert place_of("./work") == tmp_path / "work"
    assert place_of("a/b") == tmp_path / "a" / "b"
    assert place_of("/a b/ä") == Path("/a b/ä")
    assert place_of("~/x") == tmp_path / "home" / "x"
