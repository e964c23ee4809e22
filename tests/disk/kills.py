"""A relay that ended before a chosen call of the disk, and its next life."""

import signal
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from disk.lives import Forking
from disk.story import CONTENT, FILE, TOTAL, Told, is_alices, play, waits_for
from disk.watched import Disk
from doorless_protocol.blob_frames import BlobHeld, BlobStatus
from served import ask_once

DATABASES = ("relay.db", "blobs.db", "log.db", "heads.db")


@dataclass
class Verdict:
    """What was wrong in the next life; nothing, if all is empty.

    Attributes:
        killed: whether the call was reached.
        lost: what was accepted and is not there.
        twice: what was stored, or handed out, once more.
        corrupt: what does not open, or is not as it was.
        took: seconds of the processor's time until the next life was ready.
    """

    killed: bool = False
    lost: list[object] = field(default_factory=list)
    twice: list[object] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def sound(self) -> bool:
        return not (self.lost or self.twice or self.corrupt)


async def count_calls(forking: Forking, folder: Path) -> int:
    """How many calls the story takes, with starting and stopping."""
    count = folder.with_suffix(".calls")
    with forking(Disk(folder, count=count)) as life:
        assert await play(life.url, Told())
    return int(count.read_text().split()[0])


async def killed_at(call: int, folder: Path, forking: Forking, without: str = "") -> Verdict:
    """Play, have it killed, and hold its next life to what it said.

    Args:
        without: the defence that the one that is killed lacks.
    """
    told = Told()
    with forking(Disk(folder, kill=call), without) as life:
        lived = bool(life.url) and await play(life.url, told)
    killed = life.code == -signal.SIGKILL
    assert killed or (lived and life.code == 0), f"it ended by itself, with {life.code}"
    verdict = await next_life(folder, told, forking)
    verdict.killed = killed
    return verdict


async def next_life(folder: Path, told: Told, forking: Forking) -> Verdict:
    """Start it once more, and hold it to what the one before had told."""
    verdict = Verdict()
    with forking(Disk(folder)) as life:
        verdict.took = life.took
        if not life.url:
            verdict.corrupt.append("it does not start")
            return verdict
        await _look(life.url, told, verdict)
        assert await play(life.url, told), "its next life did not last"
        mail = await waits_for(life.url, told.carol)
    if life.code != 0:
        verdict.corrupt.append(f"it ended with {life.code}")
    _judge(told, mail, verdict)
    verdict.corrupt += unsound(folder)
    return verdict


async def _look(url: str, told: Told, verdict: Verdict) -> None:
    """What is there before anything is said again."""
    for person in (told.alice, told.carol):
        mine = [each for each in told.accepted if is_alices(each) == (person.handle == "alice")]
        wanted = sorted(set(mine) - set(told.heard))
        if person.handle not in told.registered:
            continue
        found = await waits_for(url, person)
        verdict.lost += sorted(set(wanted) - set(found))
        verdict.twice += sorted({each for each in found if found.count(each) > 1})
        verdict.twice += sorted(set(found) & told.acknowledged)
        told.acknowledged |= set(mine).intersection(told.heard).difference(found)  # answer lost
        if [each for each in found if each in wanted] != wanted:
            verdict.corrupt.append("order")
    if told.kept:
        held = await ask_once(url, BlobStatus(FILE))
        if not (isinstance(held, BlobHeld) and held.received >= told.kept):
            verdict.lost.append("of a file")


def _judge(told: Told, mail: list[int], verdict: Verdict) -> None:
    """At the end, when all was said twice."""
    verdict.lost += sorted(set(range(2, TOTAL + 1, 2)) - set(mail))
    verdict.lost += sorted(set(range(1, TOTAL, 2)) - set(told.heard))
    verdict.twice += sorted({each for each in mail if mail.count(each) > 1})
    verdict.twice += told.again
    if told.kept < len(CONTENT):
        verdict.lost.append("of a file")


def unsound(folder: Path) -> list[str]:
    """Which of its databases SQLite finds damaged."""
    found = []
    for name in DATABASES:
        database = sqlite3.connect(folder / name)
        try:
            if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                found.append(name)
        except sqlite3.Error:
            found.append(name)
        finally:
            database.close()
    return found
