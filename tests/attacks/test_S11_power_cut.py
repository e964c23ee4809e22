"""S11: the power goes while a relay writes. What it had told anybody is still true.

Two hundred messages and a file (tests/disk/story.py), recorded from an empty folder on. Here for
some of the states that a disk may be left in; `make powercut` takes all of them.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from disk import weakened
from disk.lives import Forking
from disk.power import Found, look, record_story
from disk.watched import needs_watched_disk
from doorless_lab.power_cut import count, states

EVERY_STATE = bool(os.environ.get("DOORLESS_EVERY_POINT"))
AT_LEAST = 5_000
SAMPLED = 25
WAYS = 9
SEED = 11

pytestmark = [needs_watched_disk, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking.several(1) as (one,):
        yield one


@pytest.mark.attack(
    "S11",
    "wherever the power goes, a relay starts again, sound, with all that it had accepted, and "
    "with nothing that it had let go",
    weaken={"doorless_server.store.schema.SYNCHRONOUS": "NORMAL"},
)
def test_what_a_relay_had_accepted_survives_the_loss_of_power(
    tmp_path: Path, forking: Forking, record: Callable[..., None]
) -> None:
    without = weakened.missing_in_this_process()
    told, operations = asyncio.run(record_story(tmp_path / "relay", forking, without))
    every = EVERY_STATE and not without
    dice, total = Random(SEED), count(operations, WAYS)
    wanted = range(total) if every else set(dice.sample(range(total), SAMPLED))
    seen, wrong = set[bytes](), Found()
    for state in states(operations, SEED, WAYS, wanted):
        if state.digest in seen:
            continue
        seen.add(state.digest)
        place = tmp_path / "cut"
        found = asyncio.run(look(place, state, told, int(time.time())))
        assert found.sound, f"{len(seen)} states, {len(state.marks)} frames: {found}"
        wrong.add(found)
        shutil.rmtree(place)
    record("S11", "states after a loss of power", len(seen), "", f">= {AT_LEAST}" if every else "")
    record("S11", "accepted messages lost", len(wrong.lost), "", "== 0")
    record("S11", "messages stored twice", len(wrong.twice), "", "== 0")
    record("S11", "databases damaged", len(wrong.corrupt), "", "== 0")
    assert len(seen) >= (AT_LEAST if every else SAMPLED // 2)
