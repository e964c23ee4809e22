"""F10: pages of the database are altered or moved, so that rows are others' or stand elsewhere.

A page is authenticated with its number, under the profile's key. That detects a page that was
altered, moved, or taken from another profile. It does not detect an older version of a page, see
test_F10_one_older_page.py, nor a whole older file, which is a genuine one: that is noticed by the
relay's count of incarnations (X06).
"""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from doorless_client.store import sqlcipher
from doorless_client.store.base import StoreError
from doorless_client.store.records import Setting
from doorless_client.store.sqlcipher import open_store

PAGE = 4096
ROWS = 600
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


def written(path: Path, key: bytes) -> bytes:
    """A closed database with so many rows that they fill some dozens of pages."""
    dice = random.Random(10)
    with closing(open_store(path, key, create=True)) as store, store.transaction():
        for number in range(ROWS):
            store.settings.put(Setting(f"name {number:04}", dice.randbytes(200)))
    return path.read_bytes()


def without_authentication(path: Path, key: bytes, *, create: bool) -> Any:
    """Encrypted, but no more: as with a cipher mode alone."""
    del create
    database = sqlcipher._library(path)
    database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    database.execute("PRAGMA cipher_use_hmac = OFF")
    return database


def pages(data: bytes) -> list[bytes]:
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def flipped(genuine: list[bytes], other: list[bytes]) -> Iterator[list[bytes]]:
    del other
    for number in range(1, len(genuine)):
        page = bytearray(genuine[number])
        page[number * 61 % PAGE] ^= 1
        yield [*genuine[:number], bytes(page), *genuine[number + 1 :]]


def moved(genuine: list[bytes], other: list[bytes]) -> Iterator[list[bytes]]:
    del other
    for number in range(1, len(genuine) - 1):
        swapped = [*genuine]
        swapped[number], swapped[number + 1] = swapped[number + 1], swapped[number]
        yield swapped


def of_another_profile(genuine: list[bytes], other: list[bytes]) -> Iterator[list[bytes]]:
    for number in range(1, min(len(genuine), len(other))):
        yield [*genuine[:number], other[number], *genuine[number + 1 :]]


@pytest.mark.attack(
    "F10",
    "a page that was altered, moved or is another profile's is refused, or was not asked for",
    weaken={"doorless_client.store.sqlcipher._connect": without_authentication},
)
@pytest.mark.parametrize("alter", [flipped, moved, of_another_profile])
def test_no_row_is_read_that_was_not_written_there(
    tmp_path: Path, alter: Callable[[list[bytes], list[bytes]], Iterator[list[bytes]]]
) -> None:
    path = tmp_path / "store.db"
    genuine = pages(written(path, KEY))
    other = pages(written(tmp_path / "other.db", OTHER_KEY))
    with closing(open_store(path, KEY)) as store:
        whole = list(store.settings.find())
    closed = path.read_bytes()
    assert len(whole) == ROWS
    refused = 0
    for altered in islice(alter(genuine, other), 0, None, 7):
        path.write_bytes(b"".join(altered))
        try:
            with closing(open_store(path, KEY)) as store:
                assert list(store.settings.find()) == whole
                assert store.damage()
        except StoreError:
            refused += 1
    assert refused > 2  # the others hold tables that nobody read, and the doctor names them
    path.write_bytes(closed)
    with closing(open_store(path, KEY)) as store:
        assert store.damage() == []


def test_a_whole_older_file_is_genuine_and_left_to_the_count_of_incarnations(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    written(path, KEY)
    older = tmp_path / "older.db"
    shutil.copy(path, older)
    with closing(open_store(path, KEY)) as store, store.transaction():
        store.settings.put(Setting("name 0000", b"newer"))
    shutil.copy(older, path)
    with closing(open_store(path, KEY)) as store:
        assert store.damage() == []
        assert store.settings.get("name 0000").value != b"newer"
