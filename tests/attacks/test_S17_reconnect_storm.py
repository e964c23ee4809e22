"""S17: all of a relay's clients lose it at once, and are back without storming it.

DOORLESS_STORM=1 cuts off 500 clients twenty times, and restarts a relay of 1,000 (`make storm`).
They all come from one address, as behind a proxy: the harder case, for a relay has bounds for each.
"""

import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from doorless_client import connection
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from kept_port import kept_port
from strain.fleet import Fleet
from strain.watched_relay import MIB, WatchedRelay, watched

STORM = bool(os.environ.get("DOORLESS_STORM"))
NOW, SAMPLE = 1_750_000_000, 80
CUT, CYCLES, RESTARTED = 500, 20, 1_000
IN_TIME = 30.0
PATIENCE = 120.0


@asynccontextmanager
async def serving(relay: Relay, port: int) -> AsyncIterator[listener.Listener]:
    server = await listener.serve(relay, "127.0.0.1", port, clock=lambda: NOW)
    try:
        yield server
    finally:
        await server.close()


def all_at_once(_attempt: int, _random: object) -> float:
    return connection.FIRST_RETRY


@pytest.mark.attack(
    "S17",
    "the clients of a relay that was restarted come back at different moments: nearly none is "
    "turned away for too many newcomers, and each gets what waited",
    weaken={"doorless_client.connection.retry_delay": all_at_once},
)
async def test_they_do_not_come_back_together() -> None:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(17).randbytes)
    with kept_port() as port:
        async with serving(relay, port):
            fleet = await Fleet.settle(("127.0.0.1", port), SAMPLE, NOW)
        async with serving(relay, port) as server, fleet:
            assert await fleet.back(PATIENCE) < PATIENCE
            await fleet.write()
            assert await fleet.back(PATIENCE) < PATIENCE
            await server.close()
            await fleet.alone()
            async with serving(relay, port) as again:
                await fleet.write()
                assert await fleet.back(PATIENCE) < PATIENCE
                assert again.counts.turned_away <= SAMPLE // 10


@pytest.mark.skipif(not STORM, reason="DOORLESS_STORM=1 plays it (make storm)")
@pytest.mark.timeout(1_800)
async def test_five_hundred_are_cut_off_twenty_times(
    tmp_path: Path, record: Callable[..., None]
) -> None:
    with watched(tmp_path / "relay") as relay:
        async with await Fleet.settle(relay.address, CUT, int(time.time())) as fleet:
            assert await fleet.back(PATIENCE) < PATIENCE
            before, slowest = relay.memory, 0.0
            for _ in range(CYCLES):
                fleet.cut()
                await fleet.write()
                slowest = max(slowest, await fleet.back(PATIENCE))
            says(record, relay, fleet, "500 clients cut off 20 times", slowest, before)
        assert relay.strange_events() == {}


@pytest.mark.skipif(not STORM, reason="DOORLESS_STORM=1 plays it (make storm)")
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_relay_with_a_thousand_clients_starts_again(
    tmp_path: Path, record: Callable[..., None], how: str
) -> None:
    folder = tmp_path / "relay"
    with kept_port() as port:
        with watched(folder, port=port) as relay:
            fleet = await Fleet.settle(relay.address, RESTARTED, int(time.time()))
        async with fleet:
            with watched(folder, port=port) as relay:
                assert await fleet.back(PATIENCE) < PATIENCE
                await fleet.write()
                before = relay.memory
                if how == "stopped":
                    relay.process.terminate()
                else:
                    relay.process.kill()
                relay.process.wait(60)
                await fleet.alone()
            with watched(folder, port=port) as again:
                took = await fleet.back(PATIENCE)
                says(record, again, fleet, f"1,000 clients of a relay that was {how}", took, before)
                assert again.strange_events() == {}


def says(
    record: Callable[..., None],
    relay: WatchedRelay,
    fleet: Fleet,
    what: str,
    slowest: float,
    before: int,
) -> None:
    most = relay.most_memory / before
    print(f"{what}: {slowest:.1f} s, {before / MIB:.0f} MiB x {most:.2f}", file=sys.__stderr__)
    record("S17", f"{what}, the last one back", slowest, "s", f"<= {IN_TIME:.0f}")
    record("S17", f"{what}, envelopes lost", fleet.missing, "", "== 0")
    record("S17", f"{what}, memory at its most beside before", most, "", "<= 2")
    assert slowest <= IN_TIME
    assert fleet.missing == 0
    assert most <= 2
