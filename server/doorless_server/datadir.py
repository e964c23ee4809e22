"""The relay's folder: who may read it, who may use it, and the keys that it begins with.

    DIR/relay.db    everything kept for accounts (store/schema.sql)
    DIR/keys/       log.key: the seed of the key that will sign the log
    DIR/lock        held by the one process that serves from here
    DIR/backup.lock held by who makes a backup

Spec: docs/spec/07-relay.md §9.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorless_protocol.primitives import Random

DATABASE = "relay.db"
LOG_KEY = Path("keys", "log.key")
LOCK = "lock"
COPYING = "backup.lock"


class DataError(Exception):
    """The folder cannot be used; the message says what to do."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder if need be, for its owner alone, and keep other processes out of it.

    Raises:
        DataError: another process serves from it, or it cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataError(f"cannot use {folder}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise DataError(f"another process serves from {folder}; stop it first") from None
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def copying(folder: Path) -> Iterator[None]:
    """Say to the relay that serves from there that a backup is made. Raises DataError."""
    lock = os.open(folder / COPYING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DataError("another backup is being made: wait for it") from None
    finally:
        os.close(lock)


def is_copied(folder: Path) -> bool:
    """Whether a backup is being made by a process that lives."""
    try:
        lock = os.open(folder / COPYING, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    return is_taken(lock)


def is_taken(lock: int) -> bool:
    """Whether another process holds the file that is open here alone; it is closed."""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def seed(path: Path, size: int, random: Random) -> bytes:
    """Random bytes in a file of their owner's: drawn when first asked for, the same ever after.

    Raises:
        DataError: what is there has another size, or it cannot be written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            sync_names(path.parent.parent)  # no power cut leaves what names the key without it
            write_once(path, random(size))
        drawn = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot use {path}: {error.strerror}") from None
    if len(drawn) != size:
        raise DataError(f"{path} has {len(drawn)} bytes, not {size}: restore it")
    return drawn


def write_once(path: Path, data: bytes) -> None:
    """All of it on the disk under its name, or nothing under that name."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        written = 0
        while written < len(data):  # a disk that fills takes a part first, and then refuses
            written += os.write(descriptor, data[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
    sync_names(path.parent)


def sync_names(folder: Path) -> None:
    """See to it that what was made or renamed in it is there after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
