"""Nothing is signed that does not continue what was signed."""

from pathlib import Path

import pytest

from doorless_server.directory.heads import ForkRefusedError, Head, HeadStore

KEY, OTHER = bytes(32), bytes(31) + b"\1"
ONE, TWO = b"\1" * 32, b"\2" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "heads.db"


def test_the_last_head_is_still_there_after_a_restart(path: Path) -> None:
    store = HeadStore(path)
    assert store.last(KEY) == Head(0, b"")
    store.remember(KEY, Head(3, ONE))
    store.remember(KEY, Head(7, TWO))
    store.close()
    again = HeadStore(path)
    assert again.last(KEY) == Head(7, TWO)
    assert again.last(OTHER) == Head(0, b"")
    again.close()


@pytest.mark.parametrize("head", [Head(6, ONE), Head(6, TWO), Head(7, TWO), Head(0, b"")])
def test_what_is_smaller_or_another_root_is_refused(path: Path, head: Head) -> None:
    store = HeadStore(path)
    store.remember(KEY, Head(7, ONE))
    with pytest.raises(ForkRefusedError, match=r"log\.db"):
        store.remember(KEY, head)
    assert store.last(KEY) == Head(7, ONE)
    store.remember(KEY, Head(7, ONE))
    store.remember(KEY, Head(8, TWO))
    store.close()


def test_every_head_is_synced(path: Path) -> None:
    store = HeadStore(path)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_two_stores_on_one_file_agree(path: Path) -> None:
    one, other = HeadStore(path), HeadStore(path)
    one.remember(KEY, Head(1, ONE))
    with pytest.raises(ForkRefusedError):
        other.remember(KEY, Head(1, TWO))
    one.close()
    other.close()
