"""A profile belongs to one person and one process, and is never half of something."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_client import private_files
from doorless_client.key_file import WrongPassphraseError
from doorless_client.profile import (
    DamagedProfileError,
    NoProfileError,
    Profile,
    ProfileExistsError,
    default_directory,
)
from doorless_client.profile_lock import ProfileInUseError
from doorless_client.settings.profile import ProfileSettings
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import Random

pytestmark = pytest.mark.usefixtures("cheap_passphrases")


@pytest.fixture
def directory(tmp_path: Path, randomness: Random) -> Path:
    profile, _ = Profile.create(tmp_path / "profiles" / "alice", "a secret", randomness)
    profile.close()
    return profile.directory


def files_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_what_was_created_can_be_opened_again(tmp_path: Path, randomness: Random) -> None:
    profile, key = Profile.create(tmp_path / "alice", "a secret", randomness)
    profile.close()
    with Profile.hold(tmp_path / "alice") as held:
        assert held.unlock("a secret") == key
        assert len(key) == 32


def test_nobody_else_may_look(tmp_path: Path, randomness: Random) -> None:
    before = os.umask(0)
    try:
        profile, _ = Profile.create(tmp_path / "a" / "b" / "alice", "a secret", randomness)
        profile.save_settings(ProfileSettings())
        profile.close()
    finally:
        os.umask(before)
    for path in [*(tmp_path / "a").rglob("*"), tmp_path / "a"]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_second_profile_does_not_replace_the_first(directory: Path, randomness: Random) -> None:
    before = files_of(directory)
    with pytest.raises(ProfileExistsError, match="choose another"):
        Profile.create(directory, "another one", randomness)
    assert files_of(directory) == before


def test_no_profile_is_made_by_looking_for_one(tmp_path: Path) -> None:
    with pytest.raises(NoProfileError, match="doorless register"):
        Profile.hold(tmp_path / "nobody")
    assert not (tmp_path / "nobody").exists()


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_directory_open_to_others_is_refused(directory: Path, mode: int) -> None:
    directory.chmod(mode)
    with pytest.raises(DamagedProfileError, match="chmod 700"):
        Profile.hold(directory)


@pytest.mark.parametrize("name", ["key", "settings.toml", "store.db"])
def test_a_file_open_to_others_is_refused(directory: Path, name: str) -> None:
    (directory / name).touch()
    (directory / name).chmod(0o640)
    with pytest.raises(DamagedProfileError, match="chmod 600"):
        Profile.hold(directory)


def test_a_link_in_place_of_the_directory_the_key_or_the_lock_is_refused(
    directory: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(directory)
    with pytest.raises(DamagedProfileError, match="is a link"):
        Profile.hold(tmp_path / "link")
    for name in ("key", "lock"):
        (directory / name).rename(tmp_path / name)
        (directory / name).symlink_to(tmp_path / name)
        with pytest.raises(DamagedProfileError):
            Profile.hold(directory)
        (directory / name).unlink()
        (tmp_path / name).rename(directory / name)
    Profile.hold(directory).close()


def test_the_passphrase_changes_and_the_key_stays(directory: Path, randomness: Random) -> None:
    with Profile.hold(directory) as profile:
        key = profile.unlock("a secret")
        profile.change_passphrase("a secret", "far better", randomness)
        assert profile.unlock("far better") == key
        with pytest.raises(WrongPassphraseError):
            profile.unlock("a secret")


class PowerCutError(Exception):
    pass


def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the `step`-th call that touches the disk be the last one."""
    left = iter(range(step))

    def dying(call: object) -> object:
        def run(*args: object, **keywords: object) -> object:
            if next(left, None) is None:
                raise PowerCutError
            return call(*args, **keywords)  # type: ignore[operator]

        return run

    for name in ("open", "fsync", "fchmod"):
        monkeypatch.setattr(private_files.os, name, dying(getattr(os, name)))
    monkeypatch.setattr(Path, "replace", dying(Path.replace))
    monkeypatch.setattr(Path, "unlink", dying(Path.unlink))


@pytest.mark.parametrize("step", range(9))
def test_a_cut_change_leaves_one_passphrase_that_opens(
    directory: Path, randomness: Random, step: int
) -> None:
    with Profile.hold(directory) as profile:
        key = profile.unlock("a secret")
    with Profile.hold(directory) as profile, pytest.MonkeyPatch.context() as patch:
        wrapped = profile._read("key", 4096)
        patch.setattr(profile, "_read", lambda *_: wrapped)
        cut_at(patch, step)
        try:
            profile.change_passphrase("a secret", "far better", randomness)
        except PowerCutError:
            assert step < 7
    with Profile.hold(directory) as profile:
        opened = [p for p in ("a secret", "far better") if _opens(profile, p, key)]
        assert len(opened) == 1
        profile.change_passphrase(opened[0], "best of all", randomness)
        assert profile.unlock("best of all") == key


def _opens(profile: Profile, passphrase: str, key: bytes) -> bool:
    try:
        return profile.unlock(passphrase) == key
    except WrongPassphraseError:
        return False


def test_a_refused_registration_leaves_nothing(tmp_path: Path, randomness: Random) -> None:
    profile, _ = Profile.create(tmp_path / "alice", "a secret", randomness)
    profile.save_settings(ProfileSettings(theme="light"))
    profile.discard()
    assert not (tmp_path / "alice").exists()


def test_settings_are_kept(directory: Path) -> None:
    with Profile.hold(directory) as profile:
        assert profile.settings() == ProfileSettings()
        profile.save_settings(ProfileSettings(theme="light"))
        assert profile.settings() == ProfileSettings(theme="light")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("theme = ", "not TOML"),
        ("\ufeff= 1", "not TOML"),
        ("colour = 'red'", "unknown setting 'colour'"),
        ('"\\u001b[2J" = 1', "unknown setting '␛[2J'"),
        ("theme = 1", "theme is a text in quotes"),
        ("density = 'loud'", "density is one of: bubbles, rail, dense"),
        ("a = " + "[" * 4_000, "not TOML"),
        ("#" * 70_000, "at most 4096"),
    ],
    ids=lambda text: text[:20].encode("ascii", "ignore").decode(),
)
def test_a_setting_that_is_none_is_refused_with_a_line(
    directory: Path, text: str, line: str
) -> None:
    path = directory / "settings.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with Profile.hold(directory) as profile:
        with pytest.raises(DamagedProfileError) as refused:
            profile.settings()
        assert line in str(refused.value)
        assert "\n" not in str(refused.value)
    assert path.read_text(encoding="utf-8") == text


def test_settings_refuse_what_they_would_not_read_back() -> None:
    with pytest.raises(MalformedError):
        ProfileSettings(density="loud")


def test_the_default_profile_is_where_the_platform_keeps_data() -> None:
    assert default_directory().parts[-2:] == ("profiles", "default")


# --- one process ----------------------------------------------------------------------------

HOLDER = """
import sys, time
from pathlib import Path
from doorless_client.profile import Profile
held = Profile.hold(Path(sys.argv[1]))
print("held", flush=True)
if "fork" in sys.argv:
    import os
    if os.fork() == 0:
        print("child", flush=True)
        time.sleep(60)
time.sleep(60)
"""


@pytest.fixture
def holder(directory: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", HOLDER, str(directory), *getattr(request, "param", [])]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("holder", [[], ["fork"]], indirect=True, ids=["alone", "with a child"])
def test_the_next_one_starts_when_the_holder_was_killed(
    directory: Path, holder: subprocess.Popen[str], request: pytest.FixtureRequest
) -> None:
    assert holder.stdout is not None
    if "child" in request.node.name:
        assert holder.stdout.readline() == "child\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    Profile.hold(directory).close()


def test_two_in_one_process_are_refused_too(directory: Path) -> None:
    with Profile.hold(directory), pytest.raises(ProfileInUseError):
        Profile.hold(directory)
    Profile.hold(directory).close()
