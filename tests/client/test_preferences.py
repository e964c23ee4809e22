"""What was chosen is read once, written whole or not at all, and files of others are bounded."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.profile import Profile
from doorless_client.settings.preferences import MAX_FILE, MAX_THEMES, ProfilePreferences
from doorless_client.settings.profile import ProfileSettings
from doorless_protocol.primitives import Random

pytestmark = pytest.mark.usefixtures("cheap_passphrases")


@pytest.fixture
def profile(tmp_path: Path, randomness: Random) -> Profile:
    made, _ = Profile.create(tmp_path / "alice", "a secret", randomness)
    return made


def preferences_of(profile: Profile) -> ProfilePreferences:
    return ProfilePreferences(profile.directory, lambda: profile, profile.settings())


async def test_what_is_kept_is_there_at_the_next_start(profile: Profile) -> None:
    path = profile.directory / "settings.toml"
    path.write_text("# mine\nlock_after = 1 # short\n", encoding="utf-8")
    path.chmod(0o600)
    preferences = preferences_of(profile)
    assert preferences.settings.lock_after == 1
    await preferences.keep(ProfileSettings(lock_after=5))
    assert path.read_text(encoding="utf-8").startswith("# mine\nlock_after = 5 # short\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert profile.settings() == ProfileSettings(lock_after=5) == preferences.settings


async def test_the_last_of_many_changes_is_the_one_that_stays(profile: Profile) -> None:
    preferences = preferences_of(profile)
    wanted = [ProfileSettings(lock_after=minutes) for minutes in range(1, 12)]
    await asyncio.gather(*(preferences.keep(one) for one in wanted))
    assert profile.settings() == wanted[-1]


async def test_a_profile_that_is_locked_is_not_written(profile: Profile) -> None:
    preferences = ProfilePreferences(profile.directory, lambda: None, ProfileSettings())
    await preferences.keep(ProfileSettings(bell=False))
    assert preferences.settings.bell is False
    assert not (profile.directory / "settings.toml").exists()


async def test_a_write_that_fails_is_refused_in_words_and_leaves_the_old_file(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences = preferences_of(profile)
    await preferences.keep(ProfileSettings(theme="light"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RefusedError, match="No space left"):
        await preferences.keep(ProfileSettings(theme="dark"))
    assert profile.settings().theme == "light"


def test_own_files_are_read_where_they_are_and_bounded(profile: Profile) -> None:
    preferences = preferences_of(profile)
    assert preferences.keys() == b""
    assert preferences.themes() == {}
    (profile.directory / "keys.toml").write_bytes(b"#" * (2 * MAX_FILE))
    folder = profile.directory / "themes"
    folder.mkdir()
    for number in range(MAX_THEMES + 5):
        (folder / f"t{number:03}.toml").write_bytes(b"[colours]")
    (folder / "README").write_bytes(b"no theme")
    assert len(preferences.keys()) == MAX_FILE + 1
    assert len(preferences.themes()) == MAX_THEMES
    assert preferences.themes()["t000"] == b"[colours]"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_place_of_a_file_is_refused_and_does_not_hang(profile: Profile) -> None:
    os.mkfifo(profile.directory / "keys.toml")
    with pytest.raises(RefusedError, match="is no regular file"):
        preferences_of(profile).keys()


def test_a_folder_in_place_of_a_file_is_refused(profile: Profile) -> None:
    (profile.directory / "themes" / "x.toml").mkdir(parents=True)
    with pytest.raises(RefusedError, match=r"x\.toml"):
        preferences_of(profile).themes()
