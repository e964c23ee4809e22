"""Backups as files: written whole or not at all, and read to their end before they count.

Spec: docs/spec/15-backup.md.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.core.backup_rows import records
from doorless_client.core.backup_writer import keep_writer, writer_of
from doorless_client.core.recovery import check_words
from doorless_client.core.restoring import Restored, restore, whose
from doorless_client.new_files import new_file
from doorless_client.recovery_words import seed_of
from doorless_client.store.base import Store, StoreError
from doorless_protocol.backup import Keys, Writer, open_sealed, seal
from doorless_protocol.backup_records import About
from doorless_protocol.errors import DoorlessError
from doorless_protocol.keys import AccountId
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random

READ = 64 * 1024
"""Bytes that are read of a file at a time."""

UNREADABLE = (
    "these words do not open it: it is another account's backup, was altered, or was cut short; "
    "nothing was changed"
)


def needs_words(store: Store) -> bool:
    """Whether this device never saw the recovery words, and so cannot write a backup yet."""
    return writer_of(store) is None


async def back_up(store: Store, path: Path, now: int, random: Random, *, words: str = "") -> int:
    """Write a new file; its bytes. `words` are needed once, where `needs_words`.

    Raises:
        RefusedError: not the words of this account, the file is there, or the disk is full.
            Nothing is left.
        StoreError: the profile cannot be read.
    """
    writer, size = _writer(store, words), 0
    with new_file(path) as file:
        for chunk in seal(records(store, now), writer, random):
            size += file.write(chunk)
            await asyncio.sleep(0)
    return size


def read_about(path: Path, words: str) -> About:
    """Whose backup it is; only after all of it was read, so it is whole. Raises RefusedError."""
    seed = _seed(words)
    try:
        read = open_sealed(_chunks(path), Keys.of(seed))
        about = whose(next(read, b""))
        for _ in read:
            pass
    except DoorlessError:
        raise RefusedError(UNREADABLE) from None
    check_words(seed, AccountId(about.account))
    return about


def restore_backup(store: Store, path: Path, words: str) -> Restored:
    """Take it into a store, beside what is there; restored twice, it is there once.

    Raises:
        RefusedError: not the words, another account's backup, or no whole one. Nothing was changed.
        StoreError: it could not be stored; nothing was changed.
    """
    seed = _seed(words)
    try:
        done = restore(store, open_sealed(_chunks(path), Keys.of(seed)))
    except DoorlessError:
        raise RefusedError(UNREADABLE) from None
    if needs_words(store):
        with store.transaction():
            keep_writer(store, seed)
    return done


def _writer(store: Store, words: str) -> Writer:
    known = writer_of(store)
    if known is not None:
        return known
    if not words:
        raise RefusedError("this device was linked: give the recovery words, this once")
    seed, newest = _seed(words), store.own_manifests.last()
    if newest is None:
        raise StoreError("no account in this profile: it was damaged")
    check_words(seed, Manifest.decode(newest.manifest).account)
    with store.transaction():
        keep_writer(store, seed)
    return Keys.of(seed).writer


def _seed(words: str) -> bytes:
    try:
        return seed_of(words)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(READ):
                yield chunk
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror or 'cannot be read'}") from None
