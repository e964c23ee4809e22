"""S09: a disk that mail and files fill, while backups hold logs: everybody can still delete.

Here by a few throws of the dice; `make crash` plays more.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from disk import drained, full, weakened
from disk.lives import HERE

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
SAMPLED = (18,)
"""A story that fills it without its defence."""

MANY = 60

needs_mount = pytest.mark.skipif(
    not full.is_possible(), reason="no mount of one's own can be made here"
)


def seen(module: str, folder: Path, story: str) -> dict[str, Any]:
    ran = subprocess.run(
        drained.command(module, folder, story, weakened.missing_in_this_process()),
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def left_undeleted(folder: Path, story: str) -> int:
    """How much of the mail that was kept, on a disk that then takes mail again."""
    told = seen("disk.drained", folder, story)
    assert told["kept"] > 0
    assert told["deleted"] == told["kept"]
    assert told["again"]
    return int(told["kept"]) - int(told["deleted"])


@needs_mount
@pytest.mark.attack(
    "S09",
    "on a disk that mail fills everybody reads and deletes what is there, and then it takes mail",
    weaken={"doorless_server.store.space.Space.take": lambda *_: None},
)
def test_a_disk_that_mail_fills_is_drained(tmp_path: Path, record: Callable[..., None]) -> None:
    left = left_undeleted(tmp_path, "mail")
    record("S09", "envelopes that nobody can delete on a disk that mail filled", left, "", "== 0")


@needs_mount
@pytest.mark.attack(
    "S09",
    "on a disk that mail fills twice, while a backup holds the log, everybody reads and deletes",
    weaken={"doorless_server.store.disk.Disk.to_fold": 0},
)
def test_a_log_that_is_held_leaves_room_to_fold_it_back(
    tmp_path: Path, record: Callable[..., None]
) -> None:
    left = left_undeleted(tmp_path, "again")
    record("S09", "envelopes that nobody can delete after a backup", left, "", "== 0")


@needs_mount
@pytest.mark.attack(
    "S09",
    "on a disk that files fill, while a backup holds the log of mail, everybody reads and deletes",
    weaken={"doorless_server.store.disk.Disk.to_fold": 0},
)
def test_a_disk_that_files_fill_is_drained(tmp_path: Path, record: Callable[..., None]) -> None:
    left = left_undeleted(tmp_path, "files")
    record("S09", "envelopes that nobody can delete on a disk that files filled", left, "", "== 0")


@needs_mount
@pytest.mark.timeout(3600)
@pytest.mark.attack(
    "S09",
    "a disk that mail and files crowd while backups hold the logs is never full, and everybody "
    "deletes",
    weaken={"doorless_server.store.disk.Disk.to_fold": 0},
)
def test_a_crowded_disk_is_never_full(tmp_path: Path, record: Callable[..., None]) -> None:
    every = EVERY_POINT and not weakened.missing_in_this_process()
    seeds = range(MANY) if every else SAMPLED
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        told = seen("disk.crowded", folder, str(seed))
        assert (told["left"], told["files"], told["full"]) == (0, 0, 0), f"{seed}: {told}"
        assert told["again"], f"{seed}: {told}"
    record("S09", "stories of a crowded disk", len(seeds))
