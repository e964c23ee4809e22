"""The desk of demands, killed before any call by which it writes, syncs, makes, renames or deletes.

Three demands from the file that comes in to the slot that is laid open (tests/disk/desk.py): here
at some of the calls, with DOORLESS_EVERY_POINT=1 at every one.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_bytes

import pytest

from demand_desk import NOW, PERIOD, relay_folder
from demand_stage import audited
from disk.desk import KEPT, OPEN, SECRET, STEPS, Desks, go_on
from disk.trace import read
from disk.watched import Disk, needs_watched_disk
from doorless_lab.power_cut import NAMING
from doorless_server.demands import bundle, entries
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.log import DemandLog
from doorless_server.demands.notices import Notices
from relay_person import Person

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
SAMPLED = 12
AT_LEAST = 300
"""Calls of the whole."""

ALICE = Person("alice", 1)
LATER = NOW + 6 * PERIOD

pytestmark = [needs_watched_disk, pytest.mark.timeout(3600)]

ANSWERED = ["Opened", "Checked", "Answered", "Notified"]
TO_THE_END = {
    SECRET: [*ANSWERED, "GagRenewed", "Notified", "GagEnded", "Notified", "Revealed"],
    OPEN: [*ANSWERED, "Revealed"],
    KEPT: ANSWERED,
}
"""The ledger's lines about each demand, of a desk that nothing cut short."""


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with Desks.forking(tmp_path_factory.mktemp("forking")) as found:
        yield found


@pytest.fixture
async def relay(tmp_path: Path) -> Path:
    return await relay_folder(tmp_path / "relay", [ALICE, Person("bob", 2)], waiting=3)


def test_a_desk_killed_at_any_call_loses_nothing_and_does_nothing_twice(
    relay: Path, desks: Desks, tmp_path: Path
) -> None:
    whole, count = shutil.copytree(relay, tmp_path / "whole"), tmp_path / "calls"
    assert desks.work(Disk(whole, count=count)) == (len(STEPS), 0)
    check(whole)
    calls = int(count.read_text().split()[0])
    assert calls >= AT_LEAST
    for call in range(1, calls + 1, 1 if EVERY_POINT else calls // SAMPLED):
        data = shutil.copytree(relay, tmp_path / str(call))
        done, code = desks.work(Disk(data, kill=call))
        assert code == -signal.SIGKILL, f"call {call} was not reached"
        before = Left(data)
        go_on(data, done)
        before.check_kept(call)
        check(data, f"killed at call {call}, in step {done}")
        shutil.rmtree(data)


def test_each_step_is_on_the_disk_before_the_next(
    relay: Path, desks: Desks, tmp_path: Path
) -> None:
    """For the power to go: no bundle gets its name, and the ledger no line, before what they are
    about is synced, with its name."""
    trace = tmp_path / "trace"
    assert desks.work(Disk(relay, trace=trace)) == (len(STEPS), 0)
    written, named = set[str](), set[str]()
    bundles = lines = 0
    for done in read(trace):
        if is_another_matter(done.name):
            continue
        if done.kind == "rename":
            draft = done.data.decode()
            unsynced = {each for each in written | named if is_below(each, draft)}
            assert not unsynced, f"{done.name} gets its name first"
            bundles += done.name.startswith(("demands/out/", "demands/kept/"))
        elif done.kind == "write" and done.name == LEDGER:
            assert not written | named, "a line of the ledger comes first"
            lines += 1
        if done.kind == "sync":
            written.discard(done.name)
            named.discard(done.name)
        elif done.kind in NAMING:
            named.add(done.name.rpartition("/")[0])
        else:
            written.add(done.name)
    assert bundles >= len(TO_THE_END) + 1
    assert lines == sum(len(each) for each in TO_THE_END.values())


LEDGER = "demands/ledger.jsonl"


def is_another_matter(name: str) -> bool:
    """Databases keep their own order, locks hold nothing, and a spool is not kept."""
    return ".db" in name or name.endswith("lock") or ".read" in name


def is_below(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}/")


class Left:
    """What the killed one had left, and nobody may change: bundles, and what it had signed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.files = self._bundles()
        with closing(log_of(data)) as log:
            self.entries = log.entries(0, log.size)

    def check_kept(self, call: int) -> None:
        now = self._bundles()
        assert {path: now.get(path) for path in self.files} == self.files, call
        with closing(log_of(self.data)) as log:
            assert log.entries(0, len(self.entries)) == self.entries, call

    def _bundles(self) -> dict[Path, bytes]:
        out = self.data / "demands/out"
        paths = (path for name in TO_THE_END for path in (out / name).rglob("*"))
        return {path: path.read_bytes() for path in paths if path.is_file()}


def check(data: Path, where: str = "") -> None:
    folder = data / "demands"
    held = [one.entry for one in Ledger.open(folder, random=token_bytes).entries()]
    for demand, kinds in TO_THE_END.items():
        about = [one for one in held if getattr(one, "demand_id", "") == demand]
        assert [type(one).__name__ for one in about] == kinds, where
        (answer,) = (one for one in about if isinstance(one, entries.Answered))
        written = bundle.read(folder / "out" / demand)
        assert written is not None, where
        assert written.sha256 == answer.bundle_sha256, where
    with closing(Notices.open(folder)) as notices:
        told = [notice.demand for notice in notices.due(ALICE.account, LATER)]
        assert sorted(told) == [SECRET, OPEN], where
    with closing(log_of(data)) as log:
        log.turn(LATER)
        opened = audited(log, LATER).opened
        assert len(opened) == 2, where
    (kept,) = (folder / "kept").iterdir()
    assert bundle.read(kept) is not None, where
    drafts = [path for path in folder.rglob("*") if path.name.startswith(".")]
    assert drafts == [], where


def log_of(data: Path) -> DemandLog:
    return DemandLog.open(data / "demands", name="relay.example", random=token_bytes, now=LATER)
