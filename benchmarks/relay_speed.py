"""How much a relay carries, and how fast, beside an echo and beside the disk.

Store and forward is everything: sign-in, quotas, fsync, confirm, push, acknowledge, delete.

The latency is the median of its rounds: for milliseconds at a time a virtual machine runs
nothing of ours at all, and a p99 over one long round is that of those.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.relay_client import Device
from benchmarks.relay_echo import EchoLoad
from benchmarks.relay_limit import BATCH
from benchmarks.relay_load import Load
from benchmarks.relay_mailboxes import settle
from benchmarks.relay_servers import Server, echo, first_line, pinned, relay
from benchmarks.report import QUICK_ROUNDS, ROUNDS, Report, alternate

RECIPIENTS, SENDERS = 32, 64

IN_FLIGHT = 8 * SENDERS
"""Messages under way in all; the same for the echo."""

OF_ECHO, OF_COMMITS = 0.6, 0.5
"""The least of the echo's messages a second, and of those that are committed, that will do."""

LATENCY_MS = 5.0
"""From submit to deliver, beside twice what the disk itself takes: to commit, and to be waited for
by the next commit."""

LATENCY_SECONDS = 2.0

WARM_UP = 0.5
"""Seconds before a measurement counts."""


def store_and_forward(server: Server, devices: list[Device], seconds: float) -> float:
    """Envelopes a second, each stored durably, delivered and acknowledged."""

    async def measure() -> float:
        load = Load(server.address, devices, senders=SENDERS)
        await load.connect()
        load.refill = load.send
        load.send(IN_FLIGHT)
        await asyncio.sleep(WARM_UP)
        before, start = load.delivered, perf_counter()
        await asyncio.sleep(seconds)
        rate = (load.delivered - before) / (perf_counter() - start)
        load.refill = None
        await drained(load)
        load.close()
        return rate

    return uvloop.run(measure())


def stored(server: Server, devices: list[Device], seconds: float) -> float:
    """Envelopes a second for devices that are not there, each taken once it was durable."""

    async def measure() -> float:
        load = Load(server.address, devices, senders=SENDERS, offline=True)
        await load.connect()
        load.refill = load.send
        load.send(IN_FLIGHT)
        await asyncio.sleep(WARM_UP / 2)
        before, start = load.taken, perf_counter()
        await asyncio.sleep(seconds)
        rate = (load.taken - before) / (perf_counter() - start)
        load.close()
        return rate

    return uvloop.run(measure())


def echoes(server: Server, seconds: float) -> float:
    async def measure() -> float:
        load = EchoLoad(server.address, SENDERS, IN_FLIGHT // SENDERS)
        await load.start()
        await asyncio.sleep(WARM_UP)
        before, start = load.echoed, perf_counter()
        await asyncio.sleep(seconds)
        rate = (load.echoed - before) / (perf_counter() - start)
        load.close()
        return rate

    return uvloop.run(measure())


def committed(file: Path, seconds: float) -> float:
    command = [sys.executable, "-m", "benchmarks.relay_limit", str(file), str(seconds)]
    with pinned(command) as process:
        return float(first_line(process))


def latency(server: Server, devices: list[Device], rate: float, rounds: int) -> tuple[float, ...]:
    """As `latency_at`, each the median of so many."""
    seen = [latency_at(server, devices, rate, LATENCY_SECONDS) for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*seen, strict=True))


def latency_at(
    server: Server, devices: list[Device], rate: float, seconds: float
) -> tuple[float, ...]:
    """(p50, p99) in ms from submitting to being delivered, at `rate` envelopes a second; and
    the p99 by which the load's own timer came late, which is the machine's part in the other.
    """

    async def measure() -> tuple[float, ...]:
        load = Load(server.address, devices, senders=SENDERS)
        await load.connect()
        start = perf_counter()
        sent, late = 0, []
        while (now := perf_counter() - start) < seconds + WARM_UP:
            due = int(now * rate) - sent
            if due:
                load.send(due)
                sent += due
            before = perf_counter()
            await asyncio.sleep(0.001)
            late.append(perf_counter() - before - 0.001)
        await drained(load)
        load.close()
        counted = load.latencies[int(WARM_UP * rate) :]
        return _at(counted, 0.5), _at(counted, 0.99), _at(late, 0.99)

    return uvloop.run(measure())


async def drained(load: Load) -> None:
    """Wait until everything sent was delivered: a lost envelope shows as a time-out."""
    try:
        await asyncio.wait_for(load.all_delivered(), 30)
    except TimeoutError:
        raise RuntimeError(f"{load.refused} submits were refused, or mail was lost") from None


def fsyncs(folder: Path, times: int = 500) -> list[float]:
    """Seconds that each took of appending 4 KiB and an fsync."""
    seen = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(times):
            start = perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            seen.append(perf_counter() - start)
    return seen


def fill(report: Report, quick: bool) -> None:
    seconds, rounds = (0.7, QUICK_ROUNDS) if quick else (4.0, ROUNDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        devices = settle(folder / "data", RECIPIENTS)
        with relay(folder / "data") as ours, echo() as theirs:
            rates = alternate(
                {
                    "relay": lambda: store_and_forward(ours, devices, seconds),
                    "echo": lambda: echoes(theirs, seconds),
                    "commits": lambda: committed(folder / "limit.db", seconds),
                },
                rounds,
            )
            work, carried = "durable store and forward, 2 KiB", rates["relay"]
            _more(report, work, carried, rates["echo"], "echo of websockets", OF_ECHO)
            limit = f"SQLite alone, {BATCH} a commit"
            _more(report, work, carried, rates["commits"], limit, OF_COMMITS)
            disk = fsyncs(folder)
            p50, p99, late = latency(ours, devices, carried / 2, rounds)
            disk += fsyncs(folder)
    median = _at(disk, 0.5)
    report.note("fsync of 4 KiB, median", "ms", median)
    report.note("fsync of 4 KiB, p99", "ms", _at(disk, 0.99))
    report.note("at half load, the load's own timer late, p99", "ms", late)
    report.note("at half load, submit to deliver, p50", "ms", p50)
    bound = LATENCY_MS + 2 * median
    report.at_most("at half load, submit to deliver, p99", "ms", p99, bound)


def _more(report: Report, work: str, ours: float, peer: float, peer_name: str, goal: float) -> None:
    report.against(work, "1/s", ours, peer, peer_name, goal, more_is_better=True)


def _at(seen: list[float], part: float) -> float:
    """A percentile, in ms."""
    return sorted(seen)[int(len(seen) * part)] * 1e3
