"""F05: a program that looks like a picture, or that runs because it was saved."""

import os
from pathlib import Path
from random import Random as Seeded

import pytest

from doorless_client.file_names import shown_name
from doorless_client.saving import save_new
from doorless_client.text import SafeText

RUN = ("run.sh", "a.desktop", "a.command", "a.exe", "a.py", "photo.jpg.exe", "a.AppImage")


@pytest.mark.attack(
    "F05",
    "nothing that is saved can be executed, or read by others, whatever the umask",
    weaken={"doorless_client.saving.MODE": 0o755},
)
@pytest.mark.parametrize("draft", [False, True])
def test_what_is_saved_is_not_executable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, draft: bool
) -> None:
    if draft:
        monkeypatch.setattr("doorless_client.saving._NO_NAME", None)
    before = os.umask(0)
    try:
        for name in RUN:
            saved = save_new(tmp_path, name, [b"#!/bin/sh\n"], Seeded(name).randbytes)
            assert saved.suffix == Path(name).suffix
            assert saved.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


@pytest.mark.attack(
    "F05",
    "a name that turns its letters round shows its real ending",
    weaken={"doorless_client.file_names.safe_line": SafeText},
)
def test_the_real_extension_is_shown() -> None:
    for claimed in ("photo\u202egnp.exe", "photo\u2067gnp\u2069.exe", "photo.jpg\u200b.exe"):
        shown = shown_name(claimed)
        assert shown.endswith(".exe")
        assert not set(shown) & set("\u202e\u2067\u2069\u200b")
    assert shown_name("photo.jpg" + " " * 100 + ".exe").endswith(".exe")
