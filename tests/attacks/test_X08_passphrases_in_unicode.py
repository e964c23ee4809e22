"""X08: one passphrase as different systems type it; and all the others."""

import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from doorless_client import key_file
from doorless_client.key_file import WrongPassphraseError
from doorless_client.profile import Profile

AS_TYPED = (
    "Zürich Ångström",
    "ﬁfty ½ litres",
    "가나다라마바사아",
    "ẛ̣ several marks",
    "パスフレーズです",
)
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
OTHERS = (
    "zürich ångström",
    "Zurich Angstrom",
    "Zürich  Ångström",
    "Zürich Ångström ",
    "Zu\u0308rich",
)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    return tmp_path / "alice"


def as_it_comes(passphrase: str) -> bytes:
    return passphrase.encode()


@pytest.mark.attack(
    "X08",
    "a passphrase opens in whatever form of Unicode a keyboard or a file gives it",
    weaken={"doorless_client.key_file.spoken": as_it_comes},
)
@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_passphrase_opens_in_every_form(profile: Path, typed: str) -> None:
    forms = {unicodedata.normalize(form, typed) for form in FORMS}
    assert len(forms) > 1
    for number, form in enumerate(sorted(forms)):
        made, key = Profile.create(profile / str(number), form, random.Random(1).randbytes)
        with made:
            before = (made.directory / "key").read_bytes()
            assert [opened(made, other) for other in forms] == [key] * len(forms)
            assert (made.directory / "key").read_bytes() == before


def opened(profile: Profile, passphrase: str) -> bytes | None:
    try:
        return profile.unlock(passphrase)
    except WrongPassphraseError:
        return None


def without_case_and_accents(passphrase: str) -> bytes:
    bare = unicodedata.normalize("NFKD", passphrase).casefold()
    return "".join(letter for letter in bare if letter.isascii()).strip().encode()


@pytest.mark.attack(
    "X08",
    "another passphrase opens nothing and changes nothing, however much it looks like it",
    weaken={"doorless_client.key_file.spoken": without_case_and_accents},
)
def test_a_passphrase_that_only_looks_like_it_opens_nothing(profile: Path, record: Any) -> None:
    made, key = Profile.create(profile, "Zürich Ångström", random.Random(1).randbytes)
    with made:
        before = {path: (path.read_bytes(), path.stat()) for path in profile.iterdir()}
        for other in OTHERS:
            with pytest.raises(WrongPassphraseError):
                made.unlock(other)
        for path, (data, state) in before.items():
            assert path.read_bytes() == data
            assert path.stat().st_mtime_ns == state.st_mtime_ns
        assert made.unlock("Zürich Ångström") == key
        opening = [other for other in OTHERS if opened(made, other)]
        record("X08", "wrong passphrases that open", len(opening), f"of {len(OTHERS)}", "== 0")
