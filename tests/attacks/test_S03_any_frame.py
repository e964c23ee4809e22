"""S03: a live relay hears everything that its grammar has, and everything that it has not.

DOORLESS_LIVE_FRAMES=1000000 says so much to a relay that is a process of its own (`make live`).
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from doorless_protocol.frames import Call
from doorless_server import events, listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from strain.companion import Companion, registered
from strain.guest import Guest
from strain.hostile import Hostile
from strain.watched_relay import MIB, watched

LIVE_FRAMES = int(os.environ.get("DOORLESS_LIVE_FRAMES", "0"))
SAMPLE, GUESTS, NOW = 4_000, 8, 1_750_000_000
GROWTH = 64
"""MiB that a relay may gain meanwhile: mailboxes, files and buckets of rates have their bounds."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.0/8 is one machine there")


class Served:
    """A relay in this process, and every mistake that it made."""

    def __init__(self) -> None:
        self.mistakes: list[Any] = []
        self.address = ("", 0)

    def failed(self, error: BaseException) -> None:
        self.mistakes.append(error)

    def loop_failed(self, _loop: object, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), OSError):
            self.mistakes.append(context)


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    served = Served()
    monkeypatch.setattr(events, "failed", served.failed)
    asyncio.get_running_loop().set_exception_handler(served.loop_failed)
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(3).randbytes)
    serving = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW)
    host, port = serving.url.removeprefix("ws://").split(":")
    served.address = host, int(port)
    yield served
    await serving.close()


@asynccontextmanager
async def storm(
    address: tuple[str, int], seed: int, now: int = NOW
) -> AsyncIterator[tuple[Hostile, Companion]]:
    """Somebody hostile, while somebody honest talks all the time."""
    guests = [Guest(seed * GUESTS + number, now) for number in range(GUESTS)]
    for guest in guests[: GUESTS // 2]:
        await (await registered(address, guest)).close()
    companion = Companion(Guest(-seed, now))
    await companion.arrive(address)
    honest = asyncio.create_task(companion.talk())
    try:
        yield Hostile(address, seed, guests), companion
    finally:
        companion.leave()
        await honest


def by_type_alone(data: bytes) -> Call:
    """decode_call without its second half, and with the library's own errors."""
    return msgspec.msgpack.decode(data, type=Call)


@pytest.mark.attack(
    "S03",
    "any frame at all is answered or ends its own connection, and nothing is raised that nobody "
    "catches; somebody honest beside it is served all the time",
    weaken={"doorless_server.switchboard.decode_call": by_type_alone},
)
async def test_whatever_is_said_the_relay_serves(served: Served) -> None:
    async with storm(served.address, seed=3) as (hostile, companion):
        await hostile.talk(SAMPLE)
    assert served.mistakes == []
    assert len(companion.waits) > 1
    assert hostile.answered["Done"] > 0
    assert hostile.said["broken"] > 0


@pytest.mark.skipif(not LIVE_FRAMES, reason="DOORLESS_LIVE_FRAMES=1000000 says so much (make live)")
@pytest.mark.timeout(7_200)
async def test_a_relay_of_its_own_outlives_them_all(
    tmp_path: Path, record: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(tmp_path / "relay") as relay:
        async with storm(relay.address, 30, int(time.time())) as (hostile, companion):
            await hostile.talk(LIVE_FRAMES // 10)
            warm = relay.memory
            for _ in range(9):
                await hostile.talk(LIVE_FRAMES // 10)
                with capsys.disabled():
                    print(f"\n{dict(hostile.said)}, {(relay.memory - warm) / MIB:+.1f} MiB", end="")
            grown = (relay.memory - warm) / MIB
        assert relay.process.poll() is None
        strange = relay.strange_events()
        assert relay.stop() == 0
    with capsys.disabled():
        print(f"\n{dict(hostile.answered.most_common())}", end="")
    record("S03", "frames and requests said to a live relay", hostile.said.total(), "", "")
    record("S03", "of them no frame at all", hostile.said["broken"] + hostile.said["breaches"])
    record("S03", "errors that nobody caught", sum(strange.values()), "", "== 0")
    record("S03", "memory gained after the first tenth", grown, "MiB", f"<= {GROWTH}")
    record("S03", "an honest message beside it, p99", companion.slowest(0.99) * 1000, "ms", "")
    assert strange == {}
    assert grown <= GROWTH
