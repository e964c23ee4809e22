"""X11: killed in the middle of writing a backup."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doorless_client import new_files
from doorless_client.new_files import new_file
from doorless_protocol.backup import Keys, open_sealed, seal

KEYS, KILLED = Keys.of(bytes(range(32))), 9
RECORDS = [bytes([number]) * 60_000 for number in range(1, 8)]


def in_a_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dies(*_: Any) -> None:
    os._exit(KILLED)


def written(path: Path, *, after: int) -> None:
    def records() -> Iterator[bytes]:
        for number, record in enumerate(RECORDS):
            if number == after:
                dies()
            yield record

    with new_file(path) as file:
        for chunk in seal(records(), KEYS.writer, random.Random(1).randbytes):
            file.write(chunk)


def under_its_own_name(path: Path) -> Path:
    return path


@pytest.mark.attack(
    "X11",
    "wherever the writing of a backup is killed, there is the whole backup or none",
    weaken={"doorless_client.new_files.draft_of": under_its_own_name},
)
def test_no_half_backup_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "backup"
    for after in (0, 3, len(RECORDS) - 1):
        assert in_a_child(lambda after=after: written(path, after=after)) == KILLED
        assert not path.exists()
    for name in ("os.fsync", "_publish", "sync_directory"):
        with monkeypatch.context() as patched:
            patched.setattr(f"{new_files.__name__}.{name}", dies)
            assert in_a_child(lambda: written(path, after=-1)) == KILLED
        assert not path.exists() or whole(path)
    path.unlink(missing_ok=True)
    written(path, after=-1)  # over what the kills left
    assert whole(path)
    assert [one.name for one in tmp_path.iterdir()] == ["backup"]


def whole(path: Path) -> bool:
    return list(open_sealed(iter([path.read_bytes()]), KEYS)) == RECORDS
