"""S01: connections that never get anywhere are closed in time, are few for each address, and
keep nobody else waiting.

A sample runs always, with shorter times. DOORLESS_SLOWLORIS=1000 plays so many of each against a
relay process with its real times and durable mail, and prints what it measured.
"""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

import half_opens
from certified import Certified
from doorless_protocol.frames import (
    Acknowledge,
    Call,
    Challenge,
    Deliver,
    Done,
    Hello,
    RelayInfo,
    Subscribe,
    encode,
)
from doorless_protocol.log_frames import Logged
from doorless_server import listener, tls
from doorless_server.connection import Timing
from doorless_server.doorstep import Doorstep
from doorless_server.limits import MAX_HALF_OPEN
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from half_opens import SILENCE, anybody, closed_after, kinds
from relay_person import Person
from served import Served, ask, hear
from served import relay as relay_process

NOW = 1_750_000_000
MANY = int(os.environ.get("DOORLESS_SLOWLORIS", "0"))
QUICK = Timing(open=1.6, first=1.2, watch=0.1)
NUMBERS = count(1)
A_SLOW_MACHINE = 1.0
"""Seconds that a sample may be late: its times are a tenth of the real ones."""


class PatientDoorstep(Doorstep):
    """Waits for a handshake for as long as it takes."""

    def __init__(self, *arguments: Any, patience: float, **more: Any) -> None:
        super().__init__(*arguments, patience=3_600.0 + patience, **more)


@asynccontextmanager
async def serving(files: Certified | None, timing: Timing) -> AsyncIterator[listener.Listener]:
    server = await listener.serve_on(
        Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes),
        listener.bind("127.0.0.1", 0),
        clock=lambda: NOW,
        certificates=tls.Certificates(files.certificate, files.key) if files else None,
        timing=timing,
    )
    try:
        yield server
    finally:
        await server.close()


def address_of(url: str) -> tuple[str, int]:
    host, port = url.partition("://")[2].rsplit(":", 1)
    return host, int(port)


def files_for(folder: Path, scheme: str) -> Certified | None:
    return Certified.make(folder) if scheme == "wss" else None


@pytest.mark.attack(
    "S01",
    "whoever stalls a handshake, or says nothing after the challenge, is closed in time",
    weaken={
        "doorless_server.connection.is_over": lambda _waited, _patience: False,
        "doorless_server.listener.Doorstep": PatientDoorstep,
    },
)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_who_stalls_is_closed_in_time(scheme: str, tmp_path: Path) -> None:
    async with serving(files_for(tmp_path, scheme), QUICK) as server:
        stalling = kinds(tls=scheme == "wss")
        give_up = QUICK.open + A_SLOW_MACHINE
        closed = await asyncio.gather(
            *[
                closed_after(
                    kind, address_of(server.url), "127.0.0.2", pause=0.1, give_up=give_up + 1
                )
                for kind in stalling.values()
            ]
        )
        for name, seconds in zip(stalling, closed, strict=True):
            allowed = QUICK.first if stalling[name].greeted else QUICK.open
            assert seconds <= allowed + A_SLOW_MACHINE, name
        assert server.connected_as() == {"device": 0, "anybody": 0, "half_open": 0}


@pytest.mark.attack(
    "S01",
    "an address has 32 half-open connections at most, and takes none from another one",
    weaken={"doorless_server.half_open.has_room": lambda _taken: True},
)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_an_address_has_few_half_open_connections(
    scheme: str, tmp_path: Path, record: Any
) -> None:
    async with serving(files_for(tmp_path, scheme), Timing(drain=0.1)) as server:
        host, port = address_of(server.url)
        silent = [
            asyncio.create_task(
                closed_after(SILENCE, (host, port), "127.0.0.2", pause=1.0, give_up=60.0)
            )
            for _ in range(MAX_HALF_OPEN + 8)
        ]
        try:
            async with asyncio.timeout(10):
                while server.counts.turned_away < 8 and server.connected_as()["half_open"] < 40:
                    await asyncio.wait(silent, timeout=0.02)
            assert server.connected_as()["half_open"] == MAX_HALF_OPEN
            held = server.connected_as()["half_open"]
            record("S01", "half-open connections of one address", held, "", "<= 32")
            async with honest(server.url) as somebody:
                assert isinstance(await ask(somebody, Hello()), RelayInfo)
        finally:
            for task in silent:
                task.cancel()
            await asyncio.gather(*silent, return_exceptions=True)


# --- the whole depth -----------------------------------------------------------------------------


@asynccontextmanager
async def honest(url: str, person: Person | None = None) -> AsyncIterator[ClientConnection]:
    """Greeted, and signed in where it is a person."""
    context = anybody() if url.startswith("wss") else None
    async with connect(
        url,
        ssl=context,
        subprotocols=["doorless.1"],  # type: ignore[list-item]
        compression=None,
        close_timeout=0.2,
    ) as socket:
        challenge = await hear(socket)
        assert isinstance(challenge, Challenge)
        if person is not None:
            shown = socket.transport.get_extra_info("ssl_object")
            leaf = shown.getpeercert(binary_form=True) if shown else b""
            binding = hashlib.sha256(leaf).digest() if leaf else bytes(32)
            assert await ask(socket, person.sign_in(Greeted(challenge, 0, binding))) == Done()
        yield socket


@dataclass
class Figures:
    """What came of one kind of stalling."""

    kind: str
    closed: list[float]
    mail: list[float]
    kib: float = 0.0  # of memory of the relay for each, when all were there

    def __str__(self) -> str:
        return (
            f"{self.kind:28} {len(self.closed)} closed after at most {max(self.closed):.2f} s, "
            f"{self.kib:.0f} KiB each; mail p99 {quantiles(self.mail, n=100)[-1] * 1000:.0f} ms"
        )


@pytest.mark.claim("S01", "a thousand that stall keep nobody's mail waiting")
@pytest.mark.skipif(not MANY, reason="DOORLESS_SLOWLORIS=1000 plays it whole, for minutes")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_thousand_half_open_connections(
    scheme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], record: Any
) -> None:
    files, timing, alice = files_for(tmp_path, scheme), Timing(), Person("alice", 1)
    more = ("--tls-cert", str(files.certificate), "--tls-key", str(files.key)) if files else ()
    with relay_process(tmp_path / "relay", *more) as served:
        async with honest(served.url, alice) as socket:
            assert isinstance(await ask(socket, alice.register()), Logged)
        for name, kind in kinds(tls=files is not None).items():
            figures = await stalled_by_many(served, scheme, name, alice)
            with capsys.disabled():
                print(f"\n{scheme:4}{figures}", end="")
            assert max(figures.closed) <= (timing.first if kind.greeted else timing.open)
            assert quantiles(figures.mail, n=100)[-1] <= 0.25
            where = "after the challenge" if kind.greeted else "in a handshake"
            most = timing.first if kind.greeted else timing.open
            last, p99 = max(figures.closed), quantiles(figures.mail, n=100)[-1] * 1000
            record(
                "S01",
                f"the last of {MANY:,} that stall {where} is closed",
                last,
                "s",
                f"<= {most:.0f}",
            )
            record("S01", f"p99 of honest mail beside {MANY:,} that stall", p99, "ms", "<= 250")


async def stalled_by_many(served: Served, scheme: str, name: str, alice: Person) -> Figures:
    """Half-open connections of a process of their own, and mail that is sent meanwhile."""
    ready, over = asyncio.Event(), asyncio.Event()
    mailing = asyncio.create_task(latencies(served.url, alice, ready, over))
    await ready.wait()
    before = memory(served)
    host, port = address_of(served.url)
    attacker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "half_opens", host, str(port), scheme, name),
        *(str(MANY), str(MAX_HALF_OPEN)),
        cwd=Path(half_opens.__file__).parent,
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.sleep(4.0)  # all are there, and none is due yet
    held = memory(served) - before
    printed, _ = await attacker.communicate()
    over.set()
    return Figures(name, json.loads(printed), await mailing, held / MANY / 1024)


def memory(served: Served) -> int:
    """Bytes of the relay that are in memory."""
    pages = Path(f"/proc/{served.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def latencies(
    url: str, person: Person, ready: asyncio.Event, over: asyncio.Event
) -> list[float]:
    """Seconds from sending to delivery, of one envelope after the other."""
    taken: list[float] = []
    async with honest(url, person) as receiving, honest(url) as sending:
        assert await ask(receiving, Subscribe()) == Done()
        ready.set()
        while not over.is_set():
            begun = time.perf_counter()
            sent = person.envelope(next(NUMBERS))
            assert await ask(sending, sent) == Done()
            pushed = await hear(receiving)
            while not isinstance(pushed, Deliver) or pushed.envelope_id != sent.envelope_id:
                pushed = await hear(receiving)
            taken.append(time.perf_counter() - begun)
            await receiving.send(encode(Call(2, Acknowledge((sent.envelope_id,)))))
            await asyncio.sleep(0.02)
    return taken
