"""S27: a relay is asked to stop while mail comes in."""

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from doorless_lab.stage import until
from doorless_protocol.frames import (
    Answer,
    Call,
    CloseReason,
    Closing,
    Done,
    Subscribe,
    encode,
)
from doorless_server import listener
from doorless_server.commands import stopping
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person
from served import ask, ask_once, hear, relay, talking

ALICE = Person("alice", 1)


class Slow(MemoryStore):
    """Takes mail when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def put(self, *asked: Any) -> Any:
        self.asked.set()
        await self.go_on.wait()
        return await super().put(*asked)


async def heard_until_closed(socket: ClientConnection) -> list[Any]:
    heard = []
    try:
        while True:
            heard.append(await hear(socket))
    except ConnectionClosed:
        return heard


async def wait_for_nothing(*_: object) -> None:
    """What a relay that does not wait does."""


@pytest.mark.attack(
    "S27",
    "a relay that stops answers what it began, takes nothing new, and tells everybody that it goes",
    weaken={"doorless_server.switchboard.Switchboard.settle": wait_for_nothing},
)
async def test_what_was_begun_is_answered_and_everybody_told() -> None:
    store = Slow()
    core = Relay(store, Identity("relay.test"), random=Random(27).randbytes)
    serving = await listener.serve(core, "127.0.0.1", 0, clock=lambda: NOW)
    async with talking(serving.url, ALICE) as device, talking(serving.url) as sender:
        await ask(device, ALICE.register())
        await ask(device, Subscribe())
        await sender.send(encode(Call(7, ALICE.envelope(1))))
        await store.asked.wait()
        stopped = asyncio.create_task(serving.close())
        await asyncio.sleep(0)  # it begins to stop
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(*serving.url.removeprefix("ws://").split(":"))
        store.go_on.set()
        await stopped
        told, delivered = await heard_until_closed(sender), await heard_until_closed(device)
    gone = Closing(int(CloseReason.GOING_AWAY))
    assert told == [Answer(7, Done()), gone]
    assert [type(each).__name__ for each in delivered] == ["Deliver", "Closing"]


async def brings(socket: ClientConnection, person: Any, ids: range, acked: set[int]) -> Any:
    """Bring mail, eight at a time, until the relay goes; the last that it said."""
    waiting: dict[int, int] = {}
    numbers = iter(ids)
    try:
        while True:
            while len(waiting) < 8:
                number = next(numbers)
                waiting[number % 2**32] = number
                await socket.send(encode(Call(number % 2**32, person.envelope(number))))
            match await hear(socket):
                case Answer(call, Done()):
                    acked.add(waiting.pop(call))
                case Closing() as last:
                    return last
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.claim("S27", "of what was acknowledged nothing is lost, and it ends within 10 s")
async def test_of_what_was_acknowledged_nothing_is_lost(tmp_path: Path, record: Any) -> None:
    acked: set[int] = set()
    with relay(tmp_path) as served:
        await ask_once(served.url, ALICE.register(), ALICE)
        async with talking(served.url) as one, talking(served.url) as other:
            bringing = [
                asyncio.create_task(brings(socket, ALICE, range(at, at + 10**6), acked))
                for at, socket in ((1, one), (10**6, other))
            ]
            while len(acked) < 300:
                await asyncio.wait(bringing, timeout=0.01)
            since = monotonic()
            served.process.send_signal(signal.SIGTERM)
            last = await asyncio.gather(*bringing)
            assert await asyncio.to_thread(served.process.wait, 20) == 0
            assert monotonic() - since < 10
            record("S27", "from SIGTERM to the end", monotonic() - since, "s", "<= 10")
    assert [each in (Closing(int(CloseReason.GOING_AWAY)), 1001) for each in last] == [True, True]
    with closing(sqlite3.connect(tmp_path / "relay.db")) as db:
        kept = {int.from_bytes(row[0]) for row in db.execute("SELECT id FROM envelopes")}
    assert acked <= kept
    record("S27", "acknowledged envelopes lost", len(acked - kept), f"of {len(acked):,}", "== 0")


async def test_a_second_signal_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr(stopping, "end_at_once", lambda: ended.append("at once"))
    stop = stopping.Stop()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await stop.asked() is None
        assert ended == []
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: bool(ended), 5, "that it ends")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)
