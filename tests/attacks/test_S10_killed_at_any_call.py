"""S10: kill -9 before any call by which a relay writes, syncs, makes, renames or deletes.

Two hundred messages and a file (tests/disk/story.py), from an empty folder to a graceful end. Here
at some of the calls; `make crash` takes every one.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from disk import weakened
from disk.kills import Verdict, count_calls, killed_at
from disk.lives import Forking
from disk.watched import needs_watched_disk

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
SAMPLED = (230, 600)
"""While it starts for the first time, and among the messages. There are 1,000 to 1,800 calls: the
busier the machine, the more is committed at once."""

NEIGHBOURS = range(601, 606)
"""For the twin alone: one in twelve kills of it shows nothing, where what was told was written."""

AT_LEAST = 500
AT_ONCE = 3
RESTART = 2.0
"""Seconds."""

pytestmark = [needs_watched_disk, pytest.mark.timeout(6 * 3600)]


@pytest.fixture(scope="module")
def forking() -> Iterator[list[Forking]]:
    with Forking.several(AT_ONCE if EVERY_POINT else 1) as processes:
        yield processes


@pytest.mark.attack(
    "S10",
    "wherever a relay is killed, it starts again soon, nothing that it accepted is lost, and "
    "nothing is stored or handed out twice",
    weaken={"doorless_server.store.writer.Writer._commit": weakened.tells_first},
)
def test_a_relay_killed_at_any_call_keeps_its_word(
    tmp_path: Path, forking: list[Forking], record: Callable[..., None]
) -> None:
    without = weakened.missing_in_this_process()
    calls = [*SAMPLED, *(NEIGHBOURS if without else ())]
    if EVERY_POINT and not without:
        count = asyncio.run(count_calls(forking[0], tmp_path / "counted"))
        calls = list(range(count, 0, -1))
    found = dict[int, Verdict]()

    def take(one: Forking) -> None:
        while calls:
            call = calls.pop()
            folder = tmp_path / str(call)
            found[call] = asyncio.run(killed_at(call, folder, one, without))
            shutil.rmtree(folder)
            assert found[call].sound, f"killed at call {call}: {found[call]}"

    with ThreadPoolExecutor(len(forking)) as threads:
        list(threads.map(take, forking))
    killed = sum(each.killed for each in found.values())
    slowest = max(each.took for each in found.values())
    record(
        "S10", "calls at which it was killed", killed, "", f">= {AT_LEAST}" if EVERY_POINT else ""
    )
    record("S10", "accepted messages lost", sum(len(v.lost) for v in found.values()), "", "== 0")
    record("S10", "messages stored twice", sum(len(v.twice) for v in found.values()), "", "== 0")
    record("S10", "databases damaged", sum(len(v.corrupt) for v in found.values()), "", "== 0")
    record("S10", "restart, of the processor's time", slowest, "s", f"<= {RESTART:g}")
    assert killed >= (AT_LEAST if EVERY_POINT else len(SAMPLED))
    assert slowest <= RESTART
