"""The relay and the witness as processes, talked to by wire, and killed where a test wants it.

A point to kill at is KILLED_BY_HAND, for a test that kills when it likes, or `call:n`: the n-th
system call of that name, which strace has end the process. With DOORLESS_EVERY_POINT=1 tests that
sample such points take all of them.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from doorless_protocol.frames import Answer, Call, Challenge, Request, decode_from_relay, encode
from doorless_server.peers import Greeted

KILLED_BY_HAND = "kill -9"


@dataclass(frozen=True)
class Served:
    """A process that said that it is ready, or ended before it could.

    Attributes:
        ready: what it printed; nothing if it did not get so far.
    """

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.ready.get("url", ""))

    def kill(self) -> None:
        self.process.kill()

    def check_killed(self) -> None:
        """Wait until it is gone, and see that it did not end by itself."""
        assert self.process.wait(timeout=60) in (-signal.SIGKILL, 128 + signal.SIGKILL)


def points(sampled: str, *, writes: int, syncs: int) -> list[str]:
    """Where to kill a process, one test each: by hand and at this point, or at all that there are.

    Args:
        writes, syncs: how many the process surely makes.
    """
    if not os.environ.get("DOORLESS_EVERY_POINT"):
        return [sampled, KILLED_BY_HAND]
    counts = {"pwrite64": writes, "fdatasync": syncs}
    every = [f"{call}:{n}" for call, count in counts.items() for n in range(1, count + 1)]
    return [*every, KILLED_BY_HAND]


@contextmanager
def serving(*arguments: str, point: str = KILLED_BY_HAND) -> Iterator[Served]:
    """Run `doorless-relay` with these arguments until the block ends."""
    before = () if point == KILLED_BY_HAND else _killing_at(point)
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "doorless_server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield Served(process, json.loads(line) if line else {})
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


@contextmanager
def relay(data: Path, *more: str, point: str = KILLED_BY_HAND) -> Iterator[Served]:
    """A relay over a folder, on a port that the system picks."""
    arguments = ("serve", "--data", str(data), "--listen", "127.0.0.1:0", "--name", "relay.test")
    with serving(*arguments, *more, point=point) as served:
        yield served


def _killing_at(point: str) -> Sequence[str]:
    if not _can_trace():
        pytest.skip("strace cannot trace here")
    call, when = point.split(":")
    rule = f"inject={call}:signal=SIGKILL:when={when}"
    return "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", rule


@cache
def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-qq", "-e", "inject=getpid:signal=SIGURG:when=1", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


# --- talking to a relay ------------------------------------------------------------------------


@asynccontextmanager
async def talking(url: str, person: Any = None) -> AsyncIterator[ClientConnection]:
    """A connection that was greeted, signed in as `person` if there is one."""
    async with connect(url, subprotocols=["doorless.1"], compression=None) as socket:  # type: ignore[list-item]
        challenge = await hear(socket)
        assert isinstance(challenge, Challenge)
        if person is not None:
            await ask(socket, person.sign_in(Greeted(challenge, 0, bytes(32))))
        yield socket


async def ask(socket: ClientConnection, request: Request) -> Any:
    """What is answered; pushes that come before it are passed over."""
    await socket.send(encode(Call(1, request)))
    while not isinstance(heard := await hear(socket), Answer):
        pass
    return heard.answered


async def ask_once(url: str, request: Request, person: Any = None) -> Any:
    """On a connection of its own."""
    async with talking(url, person) as socket:
        return await ask(socket, request)


async def hear(socket: ClientConnection) -> Any:
    data = await socket.recv()
    assert isinstance(data, bytes)
    return decode_from_relay(data)
