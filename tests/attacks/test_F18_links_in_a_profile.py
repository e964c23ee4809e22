"""F18: somebody else's link, or open permissions, in the place of a profile's file."""

import random
from pathlib import Path

import pytest

from doorless_client.profile import DamagedProfileError, Profile


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    profile, _ = Profile.create(tmp_path / "alice", "a long secret", random.Random(1).randbytes)
    profile.close()
    return profile.directory


@pytest.mark.attack(
    "F18",
    "a profile that a link leads away from is not opened",
    weaken={"doorless_client.profile.check_private": lambda path: None},
)
def test_a_link_in_the_profile_is_refused(directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    (directory / "store.db").symlink_to(elsewhere)
    with pytest.raises(DamagedProfileError, match="is a link"):
        Profile.hold(directory)


@pytest.mark.attack(
    "F18",
    "a profile that others can read is not opened",
    weaken={"doorless_client.profile.check_private": lambda path: None},
)
@pytest.mark.parametrize("name", [".", "key"])
def test_a_profile_open_to_others_is_refused(directory: Path, name: str) -> None:
    (directory / name).chmod(0o755)
    with pytest.raises(DamagedProfileError, match="open to other users"):
        Profile.hold(directory)
