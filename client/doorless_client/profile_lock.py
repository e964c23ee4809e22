"""One process to a profile, by a lock of the kernel, which ends with the process in any case."""

import os
import sys
from pathlib import Path
from weakref import WeakSet

from doorless_client.private_files import open_private


class ProfileInUseError(Exception):
    """Another process has this profile open."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"profile {directory} is in use by another doorless; close it first")


class ProfileLock:
    """Held from construction to `release`. A child of a fork does not hold it."""

    def __init__(self, directory: Path) -> None:
        """Raises ProfileInUseError, at once; OSError, when there is no such directory."""
        self._descriptor: int | None = open_private(directory / "lock", os.O_RDWR | os.O_CREAT)
        try:
            lock(self._descriptor)
        except OSError:
            self.release()
            raise ProfileInUseError(directory) from None
        _held.add(self)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> None:
        """Raises OSError: somebody else holds it."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Raises OSError: somebody else holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_held: WeakSet[ProfileLock] = WeakSet()


def release_in_child() -> None:
    """Or the lock would outlive its process in a forgotten child."""
    for held in list(_held):
        held.release()


def _after_fork() -> None:
    release_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
