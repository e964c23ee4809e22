"""Killed at any write, a witness holds whatever it cosigned."""

import json
import os
import shutil
import signal
import subprocess
import sys
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

SIZE = 24

POINTS = ["pwrite64:9", "fdatasync:4", "kill -9"]
if os.environ.get("DOORLESS_EVERY_POINT"):
    POINTS += [f"pwrite64:{n}" for n in range(1, 24)] + [f"fdatasync:{n}" for n in range(1, 16)]


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-qq", "-e", "inject=getpid:signal=SIGURG:when=1", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@contextmanager
def witness(
    data: Path, log: GrowingLog, *before: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    keys = [part for key in log.vkeys for part in ("--log", key.encode())]
    command = [*before, sys.executable, "-m", "doorless_server", "witness", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", *keys],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield process, json.loads(line)["url"] if line else ""
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)


def ask(url: str, body: bytes) -> tuple[int, bytes] | None:
    """Status and body; None if there was no answer."""
    try:
        with urllib.request.urlopen(url + "/add-checkpoint", body, timeout=20) as answer:
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


@pytest.mark.parametrize("point", POINTS)
async def test_what_was_cosigned_is_held_after_a_kill(point: str, tmp_path: Path) -> None:
    if point != "kill -9" and not can_trace():
        pytest.skip("strace cannot trace here")
    data, log = tmp_path / "data", GrowingLog().grow(SIZE)
    data.mkdir()
    open_desk(data / "witness.db").close()
    before: tuple[str, ...] = ()
    if point != "kill -9":
        call, when = point.split(":")
        rule = f"inject={call}:signal=SIGKILL:when={when}"
        before = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", rule)
    with witness(data, log, *before) as (process, url):
        kill = process.kill if point == "kill -9" else None
        last = grow(url, log, 0, kill) if url else 0
        assert process.wait(timeout=20) in (-signal.SIGKILL, 128 + signal.SIGKILL)
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
