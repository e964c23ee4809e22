"""S14: whichever file of a relay its disk fails to sync or to read, once, it ends there.

Here at two of the calls; `make crash` takes every sync and every read of a story of two hundred
messages and a file.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from disk import weakened
from disk.kills import next_life
from disk.lives import Forking
from disk.story import AT_ONCE, LETS_GO, SUBMITS, RefusedError, Told, play
from disk.trace import read
from disk.watched import Disk, Failing, needs_watched_disk
from doorless_protocol.frames import Answer, Done, decode_from_relay

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
SAMPLED = (("r", 55), ("s", 80))
CALLS = {"r": 240, "s": 120}
"""As many as the story has, or more, by kind."""

pytestmark = [needs_watched_disk, pytest.mark.timeout(3 * 3600)]


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking.several(1) as (one,):
        yield one


@pytest.mark.attack(
    "S14",
    "once any file could not be synced or read, nothing that comes later is acknowledged, the "
    "relay ends with an error, and its next start finds all that it had acknowledged",
    weaken={"doorless_server.store.writer.is_passing": lambda _error: True},
)
def test_a_relay_ends_where_its_disk_fails(
    tmp_path: Path, forking: Forking, record: Callable[..., None]
) -> None:
    without = weakened.missing_in_this_process()
    wanted = list(SAMPLED)
    if EVERY_POINT and not without:
        wanted = [(kind, at) for kind, calls in CALLS.items() for at in range(1, calls + 1)]
    failed = 0
    for kind, at in wanted:
        failed += fails(tmp_path / f"{kind}{at}", Failing(kind, "EIO", at), forking, without)
    record("S14", "failed syncs and reads survived", failed, "", ">= 150" if EVERY_POINT else "")
    assert failed >= len(wanted) / 2


def fails(folder: Path, failing: Failing, forking: Forking, without: str) -> bool:
    """Whether the call was reached, and then all was as it has to be."""
    told, trace = Told(), folder.with_suffix(".trace")
    lived = False
    with (
        forking(Disk(folder, failing=failing, trace=trace), without) as life,
        suppress(RefusedError),
    ):
        lived = bool(life.url) and asyncio.run(play(life.url, told))
    operations = read(trace)
    at = next((at for at, each in enumerate(operations) if each.kind == "failed"), None)
    if at is None:
        assert (lived, life.code) == (True, 0)
        return False
    is_serving = any(each.kind == "mark" for each in operations[:at])
    answers = [decode_from_relay(each.data) for each in operations[at:] if each.kind == "mark"]
    done = [each for each in answers if isinstance(each, Answer) and is_accepting(each)]
    if is_serving or not life.url:  # else SQLite began a file that it could not look into
        assert len(done) <= AT_ONCE, f"{failing} of {operations[at].name}: more than was under way"
        assert lived or life.code == 1, f"{failing}: it ended with {life.code}"
    verdict = asyncio.run(next_life(folder, told, forking))
    assert verdict.sound, f"{failing}: {verdict}"
    return True


def is_accepting(answer: Answer) -> bool:
    """A message; what is let go may have been told by a hundred answers that are on their way."""
    return answer.answered == Done() and SUBMITS < answer.id <= LETS_GO
