"""S09: the disk is full from any write on, for a while; and a disk of 8 MiB that fills.

Here from one of the writes on; `make crash` begins at every one of a story of two hundred messages
and a file.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from disk import full, weakened
from disk.kills import next_life
from disk.lives import HERE, Forking
from disk.story import RefusedError, Told, play
from disk.watched import Disk, Failing, needs_watched_disk
from doorless_server.store import writer
from failing_relay import kind_of

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
SAMPLED = (450,)
WRITES = 1_150
"""As many as the story has, or more."""

REFUSED = 5
"""Writes that find no room; with more of them, who tries again at once tries too often."""

CLAIM = (
    "a disk that is full from any write on makes no false promise and loses nothing; with room "
    "again the relay goes on by itself"
)


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking.several(1) as (one,):
        yield one


@needs_watched_disk
@pytest.mark.timeout(3 * 3600)
@pytest.mark.attack(
    "S09", CLAIM, weaken={"doorless_server.store.writer.is_passing": lambda _error: False}
)
def test_a_disk_that_is_full_from_any_write_on(
    tmp_path: Path, forking: Forking, record: Callable[..., None]
) -> None:
    without = weakened.missing_in_this_process()
    every = EVERY_POINT and not without
    writes = range(1, WRITES + 1) if every else SAMPLED
    for at in writes:
        failing = Failing("wt", "ENOSPC", at, REFUSED)
        fills(tmp_path / str(at), failing, forking, without)
    record("S09", "writes from which on it was full", len(writes))


def fills(folder: Path, failing: Failing, forking: Forking, without: str) -> None:
    told = Told()
    with forking(Disk(folder, failing=failing), without) as life:
        if life.url:
            asyncio.run(until_all_is_said(life.url, told))
    assert life.code == (0 if life.url else 1), f"{failing}: it ended with {life.code}"
    verdict = asyncio.run(next_life(folder, told, forking))
    assert verdict.sound, f"{failing}: {verdict}"


async def until_all_is_said(url: str, told: Told) -> None:
    """As often as it is refused: the relay itself has to stay."""
    for _ in range(2 * REFUSED):
        with suppress(RefusedError):
            assert await play(url, told), "it is gone"
            return
    pytest.fail("it does not go on")


@pytest.mark.skipif(not full.is_possible(), reason="no mount of one's own can be made here")
@pytest.mark.attack(
    "S09",
    "on a disk of 8 MiB that fills, what was accepted is kept, the rest is refused, and with room "
    "again it goes on by itself",
    weaken={"doorless_server.store.writer.is_passing": lambda _error: False},
)
def test_a_small_disk_that_fills(tmp_path: Path, record: Callable[..., None]) -> None:
    ran = subprocess.run(
        full.command(tmp_path, kind_of(writer.is_passing)),
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
    )
    seen = json.loads(ran.stdout)
    assert seen["accepted"] > 0
    assert seen["refused"] == full.REFUSALS
    assert (seen["later"], seen["refused_later"]) == (50, 0)
    assert (seen["code"], seen["lost"], seen["corrupt"]) == (0, [], [])
    record("S09", "accepted messages lost on a disk of 8 MiB", len(seen["lost"]), "", "== 0")
