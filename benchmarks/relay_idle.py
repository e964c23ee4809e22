"""What connections cost that do nothing, and how fast they come.

At rest a device's connection is signed in and waits for envelopes: those are weighed, by what the
relay's resident memory grows. What comes is counted from connecting to the challenge, by which the
WebSocket is open. The loads come from many loopback addresses: of one, a relay lets few be half
open. Linux alone says what a process weighs.
"""

import asyncio
import resource
import ssl
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.relay_client import Client, Device, connected, signed_in
from benchmarks.relay_mailboxes import settle
from benchmarks.relay_servers import Server, relay
from benchmarks.report import QUICK_ROUNDS, ROUNDS, Report

PLAIN_BYTES, TLS_BYTES = 6_000, 40_000
"""A connection at rest at most: 19,000 fit beside everything else into the smallest machines."""

ACCEPTS = 8_000
"""A second at least: after a restart everybody is back within some seconds."""

DEVICES, DEVICES_QUICK = 19_000, 2_000
SPARE_FILES = 500

SOURCES = 250
"""Addresses 127.0.1.x that the load comes from."""

AT_ONCE = 24
"""Of one address: fewer than may be half open."""

FIRST = 500
"""Connections that are there before it is weighed, so that what is made once is not counted."""

SETTLE = 1.0
"""Seconds until what was in use while they came is given back."""


def at_most(count: int) -> int:
    """As many of these as this process may open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(count, hard - SPARE_FILES)


def resident(process: int) -> int:
    """Bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the system does not say what a process weighs")


async def _each(count: int, open_one: Callable[[int], Awaitable[Client]]) -> list[Client]:
    """Open so many, SOURCES at a time."""
    opened: list[Client] = []

    async def some(first: int) -> None:
        for number in range(first, count, SOURCES):
            opened.append(await open_one(number))

    await asyncio.gather(*(some(first) for first in range(min(count, SOURCES))))
    return opened


def source(number: int) -> str:
    return f"127.0.1.{1 + number % SOURCES}"


def bytes_each(server: Server, devices: Sequence[Device], tls: ssl.SSLContext | None) -> float:
    """Of a device that is signed in and waits."""

    async def measure() -> float:
        async def one(device: Device, number: int) -> Client:
            return await signed_in(server.address, device, source=source(number), tls=tls)

        first, rest = devices[:FIRST], devices[FIRST:]
        opened = await _each(len(first), lambda number: one(first[number], number))
        await asyncio.sleep(SETTLE)
        before = resident(server.process)
        opened += await _each(len(rest), lambda number: one(rest[number], number))
        await asyncio.sleep(SETTLE)
        grown = resident(server.process) - before
        for client in opened:
            client.transport.abort()
        return grown / len(rest)

    return uvloop.run(measure())


def accepts(server: Server) -> float:
    """Connections a second, each with its handshake and its challenge."""

    async def measure() -> float:
        greeted = asyncio.Event()
        left = [SOURCES * AT_ONCE]

        def on_frame(_client: Client, _frame: bytes) -> None:
            left[0] -= 1
            if not left[0]:
                greeted.set()

        start = perf_counter()
        opened = await _each(
            left[0], lambda number: connected(server.address, on_frame, source=source(number))
        )
        await greeted.wait()
        rate = len(opened) / (perf_counter() - start)
        for client in opened:
            client.transport.abort()
        await asyncio.sleep(SETTLE)  # the relay hears that they are gone
        return rate

    return uvloop.run(measure())


def unverified() -> ssl.SSLContext:
    """The relay makes its certificate itself; here nobody is in between."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def fill(report: Report, quick: bool) -> None:
    if not Path("/proc/self/status").exists():
        report.skip("idle connections", "memory", "this system does not say what a process weighs")
        return
    count = at_most(DEVICES_QUICK if quick else DEVICES)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        devices = settle(folder, count)
        with relay(folder) as server:
            rate = statistics.median(accepts(server) for _ in range(rounds))
        report.at_least("connections accepted, plain", "1/s", rate, ACCEPTS)
        with relay(folder) as server:  # another process: the first has room from what it closed
            each = bytes_each(server, devices, None)
        _weighed(report, count, "plain", each, PLAIN_BYTES)
        with relay(folder, "--self-signed") as server:
            each = bytes_each(server, devices, unverified())
        _weighed(report, count, "TLS", each, TLS_BYTES)


def _weighed(report: Report, count: int, how: str, each: float, bound: int) -> None:
    """Of few no goal is asked: what is torn between them weighs more than with many."""
    work = f"{count:,} devices idle, {how}"
    if count < DEVICES:
        report.note(work, "bytes each", each)
    else:
        report.at_most(work, "bytes each", each, bound)
