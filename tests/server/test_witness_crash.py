"""Killed at any write, a witness holds whatever it cosigned."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm
from doorless_server.http_server import Request
from doorless_server.witness import store
from doorless_server.witness.decision import Head, known_logs
from doorless_server.witness.desk import open_desk, open_to_look
from doorless_server.witness.service import Witness
from growing_log import NOW, ORIGIN, GrowingLog
from served import KILLED_BY_HAND, Served, points, serving

SIZE = 24


@contextmanager
def witness(data: Path, log: GrowingLog, point: str) -> Iterator[Served]:
    keys = [part for key in log.vkeys for part in ("--log", key.encode())]
    arguments = ("witness", "--data", str(data), "--listen", "127.0.0.1:0", *keys)
    with serving(*arguments, point=point) as served:
        yield served


def ask(url: str, body: bytes) -> tuple[int, bytes] | None:
    """Status and body; None if there was no answer."""
    try:
        with urllib.request.urlopen(url + "/add-checkpoint", body, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with closing(refusal):
            return refusal.code, refusal.read()
    except OSError:
        return None


def grow(url: str, log: GrowingLog, old: int, kill: object = None) -> int:
    """Ask for one size after the other; return the last one that was cosigned."""
    for size in range(old + 1, SIZE + 1):
        answer = ask(url, log.submission(old, size))
        if answer is None:
            return old
        assert answer[0] == 200
        old = size
        if callable(kill) and size == SIZE // 2:
            kill()
    return old


def held(data: Path) -> Head:
    with closing(open_to_look(data / "witness.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return store.head(db, ORIGIN)


async def answered(data: Path, log: GrowingLog, body: bytes) -> tuple[int, bytes]:
    """By the same witness, started again."""
    with closing(open_desk(data / "witness.db")) as desk:
        cosigner = Cosigner.from_seed("w", Algorithm.COSIGNATURE, bytes(32))
        witness = Witness(desk, known_logs(log.vkeys), [cosigner], clock=lambda: NOW)
        answer = await witness.handle(Request("POST", "/add-checkpoint", "", body))
        return answer.status, answer.body


@pytest.mark.parametrize("point", points("pwrite64:29", writes=80, syncs=20))
async def test_what_was_cosigned_is_held_after_a_kill(point: str, tmp_path: Path) -> None:
    data, log = tmp_path / "data", GrowingLog().grow(SIZE)
    data.mkdir()
    open_desk(data / "witness.db").close()
    with witness(data, log, point) as served:
        kill = served.kill if point == KILLED_BY_HAND else None
        last = grow(served.url, log, 0, kill) if served.url else 0
        served.check_killed()
    assert last < SIZE

    kept = held(data)
    assert last <= kept.size <= last + 1  # it may hold one that it had no time to cosign
    if kept.size:
        assert kept.root == log.root(kept.size)
        fork = log.fork(kept.size - 1, kept.size)
        assert (await answered(data, log, fork.submission(last, kept.size)))[0] == 409
    if kept.size > last:
        told = await answered(data, log, log.submission(last, SIZE))
        assert told == (409, b"%d\n" % kept.size)
    assert (await answered(data, log, log.submission(kept.size, SIZE)))[0] == 200
    assert held(data).size == SIZE
