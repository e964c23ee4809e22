"""X04: two processes, or a process and its fork, on one profile."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from doorless_client.profile import Profile
from doorless_client.profile_lock import ProfileInUseError

SECOND = """
import sys
from pathlib import Path
from doorless_client.profile import Profile
from doorless_client.profile_lock import ProfileInUseError
try:
    Profile.hold(Path(sys.argv[1]))
except ProfileInUseError:
    sys.exit(7)
"""


def take(descriptor: int) -> None:
    """No lock at all."""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    profile, _ = Profile.create(tmp_path / "alice", "a long secret", random.Random(1).randbytes)
    profile.close()
    return profile.directory


@pytest.mark.attack(
    "X04",
    "a second process on a profile is refused within a second, and changes nothing",
    weaken={"doorless_client.profile_lock.lock": take},
)
def test_a_second_process_is_refused_at_once(directory: Path, record: Any) -> None:
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    with Profile.hold(directory):
        second = subprocess.run(
            [sys.executable, "-c", SECOND, str(directory)], check=False, timeout=30
        )
        assert second.returncode == 7
        waits = []
        for _ in range(3):  # in each of them the computer may be busy with something else
            started = time.monotonic()
            with pytest.raises(ProfileInUseError):
                Profile.hold(directory)
            waits.append(time.monotonic() - started)
        assert min(waits) < 1
        record("X04", "until a second process is refused", min(waits) * 1000, "ms", "<= 1000")
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


@pytest.mark.attack(
    "X04",
    "the child of a fork does not hold the profile, nor keep it locked",
    weaken={"doorless_client.profile_lock.release_in_child": lambda: None},
)
def test_a_child_does_not_outlive_the_lock(directory: Path) -> None:
    """The child stands for any program that ours may have started by a fork."""
    profile = Profile.hold(directory)
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"r")
        os.read(done[0], 1)
        os._exit(0)
    try:
        os.read(ready[0], 1)
        profile.close()
        Profile.hold(directory).close()
    except ProfileInUseError:
        pytest.fail("the child keeps the profile locked")
    finally:
        os.write(done[1], b"d")
        os.waitpid(child, 0)
        for descriptor in (*ready, *done):
            os.close(descriptor)
