"""Killed at any moment, the relay has what it said it has, and has it once."""

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    Challenge,
    Deliver,
    Done,
    Request,
    Subscribe,
    decode_from_relay,
    encode,
)
from doorless_protocol.log_frames import Logged
from doorless_server.peers import Greeted

TOTAL = 60
AT_ONCE = 4


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-qq", "-e", "inject=getpid:signal=SIGURG:when=1", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@contextmanager
def relay(data: Path, *before: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*before, sys.executable, "-m", "doorless_server", "serve", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", "--name", "relay.test"],
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


async def hear(socket: ClientConnection) -> Any:
    data = await socket.recv()
    assert isinstance(data, bytes)
    return decode_from_relay(data)


async def ask(socket: ClientConnection, request: Request) -> None:
    await socket.send(encode(Call(1, request)))
    while not isinstance(heard := await hear(socket), Answer):
        pass
    assert isinstance(heard.answered, Done | Logged)


async def sign_in(socket: ClientConnection, person: Any) -> None:
    challenge = await hear(socket)
    assert isinstance(challenge, Challenge)
    await ask(socket, person.sign_in(Greeted(challenge, 0, bytes(32))))


async def register(url: str, person: Any) -> None:
    async with connect(url, subprotocols=["doorless.1"], compression=None) as socket:  # type: ignore[list-item]
        await sign_in(socket, person)
        await ask(socket, person.register())


async def submit(url: str, person: Any, numbers: list[int], kill: Any = None) -> set[int]:
    """Submit, some at once, until all are accepted or the relay is gone; return the accepted."""
    accepted: set[int] = set()
    try:
        async with connect(url, subprotocols=["doorless.1"], compression=None) as socket:  # type: ignore[list-item]
            await hear(socket)
            for at in range(0, len(numbers), AT_ONCE):
                batch = numbers[at : at + AT_ONCE]
                for number in batch:
                    await socket.send(encode(Call(number, person.envelope(number))))
                for _ in batch:
                    answer = await hear(socket)
                    assert answer.answered == Done()
                    accepted.add(answer.id)
                    if kill is not None and len(accepted) == TOTAL // 2:
                        kill()
    except (ConnectionClosed, OSError, EOFError):
        pass
    return accepted


async def next_delivery(socket: ClientConnection) -> Deliver:
    while not isinstance(heard := await hear(socket), Deliver):
        pass
    return heard


async def collect(url: str, person: Any, count: int) -> list[int]:
    """Subscribe and take `count` envelopes, acknowledged; then see that no other comes."""
    seen: list[int] = []
    async with connect(url, subprotocols=["doorless.1"], compression=None) as socket:  # type: ignore[list-item]
        await sign_in(socket, person)
        await ask(socket, Subscribe())
        while len(seen) < count:
            pushed = await hear(socket)
            if isinstance(pushed, Deliver):
                seen.append(int.from_bytes(pushed.envelope_id, "big"))
                await socket.send(encode(Call(2, Acknowledge((pushed.envelope_id,)))))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(next_delivery(socket), 0.1)
    return seen


def waiting_in(data: Path) -> set[int]:
    db = sqlite3.connect(data / "relay.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ids = [row[0] for row in db.execute("SELECT id FROM envelopes ORDER BY position")]
    db.close()
    assert len(ids) == len(set(ids))
    return {int.from_bytes(each, "big") for each in ids}


POINTS = ["pwrite64:3", "pwrite64:14", "pwrite64:41", "fdatasync:2", "fdatasync:9", "kill -9"]


@pytest.mark.parametrize("point", POINTS)
async def test_what_was_accepted_survives_a_kill_and_nothing_is_kept_twice(
    point: str, tmp_path: Path, alice: Any
) -> None:
    if point != "kill -9" and not can_trace():
        pytest.skip("strace cannot trace here")
    data, numbers = tmp_path / "data", list(range(1, TOTAL + 1))
    with relay(data) as (_, url):
        await register(url, alice)

    before: tuple[str, ...] = ()
    if point != "kill -9":
        call, when = point.split(":")
        rule = f"inject={call}:signal=SIGKILL:when={when}"
        before = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", rule)
    with relay(data, *before) as (process, url):
        kill = process.kill if point == "kill -9" else None
        # Without a URL it was killed before it was ready: then nothing was accepted.
        accepted = await submit(url, alice, numbers, kill) if url else set()
        assert process.wait(timeout=20) in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert len(accepted) < TOTAL

    assert waiting_in(data) >= accepted
    with relay(data) as (_, url):
        assert await submit(url, alice, numbers) == set(numbers)  # as its sender would
        seen = await collect(url, alice, TOTAL)
        assert sorted(seen) == numbers
        assert [n for n in seen if n in accepted] == sorted(accepted)  # in the order sent
