"""That a relay is as fast with a hundred thousand mailboxes as with ten, and soon there again.

Three relays side by side: with few mailboxes; with many; with many, in which envelopes wait. Each
in turn carries the same load between the same number of devices.
"""

import asyncio
import os
import signal
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.relay_client import Device
from benchmarks.relay_load import Load
from benchmarks.relay_mailboxes import settle
from benchmarks.relay_servers import Server, relay
from benchmarks.relay_speed import IN_FLIGHT, store_and_forward, stored
from benchmarks.report import QUICK_ROUNDS, ROUNDS, Report, alternate

FEW, MANY, MANY_QUICK = 10, 100_000, 10_000

FLAT = 0.9
"""Of the rate with few: the least that counts as the same, beside what two runs differ by."""

SPREAD = 250
"""Mailboxes that hold what all rounds store (2,000 each), beside MANY that hold it, too."""

PATIENCE = 60.0
"""Seconds for an envelope to each of MANY: a lost one shows as a time-out."""

RESTART_SECONDS = 2.0
"""From starting the process to serving, with MANY envelopes that wait."""


def restart(folder: Path) -> float:
    """Seconds from starting a relay, whose last process was killed, until it serves."""
    start = perf_counter()
    with relay(folder) as server:
        took = perf_counter() - start
        os.kill(server.process, signal.SIGKILL)
    return took


def touched(server: Server, devices: Sequence[Device]) -> float:
    """Envelopes a second, one for each device, of which a relay that just started knows none."""

    async def measure() -> float:
        load, done = Load(server.address, devices, offline=True), asyncio.Event()
        left = [len(devices)]

        def more(answered: int) -> None:
            count = min(answered, left[0])
            left[0] -= count
            load.send(count)
            if load.taken == len(devices):
                done.set()

        await load.connect()
        load.refill, start = more, perf_counter()
        more(IN_FLIGHT)
        await asyncio.wait_for(done.wait(), PATIENCE)
        load.close()
        return len(devices) / (perf_counter() - start)

    return uvloop.run(measure())


def fill(report: Report, quick: bool) -> None:
    seconds, many, rounds = (0.5, MANY_QUICK, QUICK_ROUNDS) if quick else (2.0, MANY, ROUNDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = settle(folder / "few", FEW)
        some = settle(folder / "some", SPREAD)
        empty = settle(folder / "empty", many)
        full = settle(folder / "full", many, queued=many)
        os.sync()  # what was written so far is nobody's to wait for
        with (
            relay(folder / "few") as at_few,
            relay(folder / "some") as at_some,
            relay(folder / "empty") as at_empty,
            relay(folder / "full") as at_full,
        ):
            rates = alternate(
                {
                    "few": lambda: store_and_forward(at_few, few, seconds),
                    "empty": lambda: store_and_forward(at_empty, empty[:FEW], seconds),
                    "full": lambda: store_and_forward(at_full, full[:FEW], seconds),
                },
                rounds,
            )
            first = touched(at_empty, empty)
            kept = alternate(
                {
                    "some": lambda: stored(at_some, some, seconds / 2),
                    "all": lambda: stored(at_empty, empty, seconds / 2),
                },
                rounds,
            )
        took = statistics.median(restart(folder / "full") for _ in range(rounds))
    work = "store and forward between ten devices"
    _flat(report, f"{work}, of {many:,}", rates["empty"], rates["few"], f"of {FEW}")
    waiting = f"{work}, {many:,} envelopes waiting"
    _flat(report, waiting, rates["full"], rates["empty"], "none waiting")
    work = f"offline store, spread over {many:,} mailboxes"
    _flat(report, work, kept["all"], kept["some"], f"over {SPREAD}")
    report.note(f"{work}, the first for each since the start", "1/s", first)
    report.at_most(f"restart after kill -9, {many:,} envelopes waiting", "s", took, RESTART_SECONDS)


def _flat(report: Report, work: str, ours: float, peer: float, beside: str) -> None:
    report.against(work, "1/s", ours, peer, beside, FLAT, more_is_better=True)
