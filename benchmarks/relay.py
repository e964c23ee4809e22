"""The relay as a process of its own, beside an echo of the library that it stands on.

    python -m benchmarks.relay [--json] [--check] [--quick]

One core for the server (the relay's loop and its writer share it), the other for the load.
Store and forward is everything: submit, fsync, confirm, push, acknowledge, delete.

The latency has its goal at two loads: half of what the relay was just seen to carry, by which a
faster relay has the harder goal; and half of what the throughput's goal asks for, 0.15 of the
echo's rate, which stays where it is. Each is the median of five rounds: for milliseconds at a
time a virtual machine runs nothing of ours at all, and a p99 over one long round is that of those.
"""

import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import uvloop

from benchmarks.relay_load import EchoLoad, Load
from benchmarks.report import Report, alternate, run

IN_FLIGHT = 512
"""Messages under way in all, 8 on each of 64 connections; the same for the echoes."""

STORE_AND_FORWARD = 0.3
"""Of the echo's messages a second: the least throughput that will do."""

LATENCY_MS = 10.0
"""From submit to deliver, beside what the disk itself takes at its slowest."""

LATENCY_ROUNDS, LATENCY_SECONDS = 5, 2.0

WARM_UP = 0.5
"""Seconds before a measurement counts."""


@contextmanager
def pinned(command: list[str], core: int) -> Iterator[str]:
    """Run a server on one core; yields the first line that it prints."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        pin(core, process.pid)
        assert process.stdout is not None
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.wait(timeout=20)


def pin(core: int, process: int = 0) -> None:
    """To one core, before it has threads; where the system knows how and has two cores."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process, {core})


@contextmanager
def relay(folder: Path) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "doorless_server", "serve"]
    command += ["--data", str(folder), "--listen", "127.0.0.1:0"]
    with pinned(command, core=0) as line:
        url = urlsplit(json.loads(line)["url"])
        yield str(url.hostname), int(url.port or 0)


@contextmanager
def echo(kind: str) -> Iterator[tuple[str, int]]:
    with pinned([sys.executable, "-m", "benchmarks.relay_load", kind], core=0) as line:
        yield "127.0.0.1", int(line)


def store_and_forward(address: tuple[str, int], seconds: float) -> float:
    """Envelopes a second, each stored durably, delivered and acknowledged."""

    async def measure() -> float:
        load = Load(*address)
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


def echoes(address: tuple[str, int], seconds: float) -> float:
    async def measure() -> float:
        load = EchoLoad(*address, in_flight=IN_FLIGHT // 64)
        await load.start()
        await asyncio.sleep(WARM_UP)
        before, start = load.echoed, perf_counter()
        await asyncio.sleep(seconds)
        rate = (load.echoed - before) / (perf_counter() - start)
        load.close()
        return rate

    return uvloop.run(measure())


def latency(address: tuple[str, int], rate: float) -> tuple[float, ...]:
    """As `latency_at`, each the median of LATENCY_ROUNDS."""
    seen = [latency_at(address, rate, LATENCY_SECONDS) for _ in range(LATENCY_ROUNDS)]
    return tuple(statistics.median(column) for column in zip(*seen, strict=True))


def latency_at(address: tuple[str, int], rate: float, seconds: float) -> tuple[float, ...]:
    """(p50, p99) in ms from submitting to being delivered, at `rate` envelopes a second; and
    the p99 by which the load's own timer came late, which is the machine's part in the other.
    """

    async def measure() -> tuple[float, ...]:
        load = Load(*address)
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


def _at(seen: list[float], part: float) -> float:
    """A percentile, in ms."""
    return sorted(seen)[int(len(seen) * part)] * 1e3


async def drained(load: Load) -> None:
    """Wait until everything sent was delivered: a lost envelope shows as a time-out."""
    await asyncio.wait_for(load.all_delivered(), 30)


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
    pin(1)
    gc.disable()
    seconds, rounds = (1.0, 5) if quick else (4.0, 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with relay(folder / "data") as ours, echo("server") as theirs, echo("bare") as bare:
            rates = alternate(
                {
                    "relay": lambda: store_and_forward(ours, seconds),
                    "echo": lambda: echoes(theirs, seconds),
                    "bare": lambda: echoes(bare, seconds),
                },
                rounds,
            )
            report.against(
                "durable store and forward, 2 KiB",
                "1/s",
                rates["relay"],
                rates["echo"],
                "websockets echo",
                STORE_AND_FORWARD,
                more_is_better=True,
            )
            report.against(
                "the same",
                "1/s",
                rates["relay"],
                rates["bare"],
                "bare Sans-I/O echo, no goal",
                more_is_better=True,
            )
            disk = fsyncs(folder)
            asked = latency(ours, rates["echo"] * STORE_AND_FORWARD / 2)
            own = latency(ours, rates["relay"] / 2)
            disk += fsyncs(folder)
            slowest = _at(disk, 0.99)
            report.note("fsync of 4 KiB before and after, median", "ms", _at(disk, 0.5))
            report.note("fsync of 4 KiB before and after, p99", "ms", slowest)
            p99 = f"p99, median of {LATENCY_ROUNDS} rounds"
            bound = LATENCY_MS + slowest
            report.note("the load's own timer late at 0.15 of the echo, p99", "ms", asked[2])
            report.note("submit to deliver at 0.15 of the echo, p50", "ms", asked[0])
            report.at_most(f"submit to deliver at 0.15 of the echo, {p99}", "ms", asked[1], bound)
            report.note("submit to deliver at half of our own, p50", "ms", own[0])
            report.at_most(f"submit to deliver at half of our own, {p99}", "ms", own[1], bound)


if __name__ == "__main__":
    sys.exit(run("relay", fill, ("websockets", "uvloop", "msgspec")))
