"""Hours of mail and of visitors at one relay, and what they leave behind.

    PYTHONPATH=tests python -m strain.soak [--minutes 10] [--figures FILE]     (make soak)

Prints a line of JSON every few seconds, and at the end what was reached; exit 1 where that is not
what S21 asks. The relay begins with its table of receipts full: it is meant to grow to a million
and no further (docs/spec/07-relay.md §7), and a slope beneath that would go unseen.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import uvloop

from doorless_protocol.frames import (
    Acknowledge,
    Answer,
    Call,
    Deliver,
    Done,
    Hello,
    Subscribe,
    encode,
)
from doorless_server.limits import LOG_BYTES, MAX_RECEIPTS
from figures import Figure, write
from strain.companion import ask, registered
from strain.guest import Guest
from strain.raw import Raw, frame
from strain.watched_relay import MIB, WatchedRelay, watched

PAIRS, AT_ONCE, VISITORS = 8, 64, 8
"""People who write to themselves, envelopes of each on their way; visitors at the same time."""

EVERY = 5.0
"""Seconds between two looks."""

WARM = 0.3
"""Of the time, in which everything is met for the first time and no slope is taken."""

FORGOTTEN = 500_000
"""Receipts that came and went before."""

GROWTH, ROOM = 1.0, 2
"""MiB that 100,000 envelopes may leave behind; files that may be open more than at the start."""


@dataclass(frozen=True, slots=True)
class Look:
    """At one moment. Bytes; counts since the start."""

    seconds: float
    envelopes: int
    connections: int
    memory: int
    open_files: int
    write_ahead_log: int


class Load:
    """Attributes:
    envelopes, connections: how many were delivered, and came and went.
    """

    def __init__(self, address: tuple[str, int], now: int) -> None:
        self._address, self._now, self._ends = address, now, False
        self.envelopes = self.connections = 0

    async def run(self) -> None:
        """Until `end`."""
        people = [self._writes(Guest(number, self._now)) for number in range(PAIRS)]
        await asyncio.gather(*people, *(self._visits(at) for at in range(VISITORS)))

    def end(self) -> None:
        self._ends = True

    async def _writes(self, guest: Guest) -> None:
        device = await registered(self._address, guest, prekeys=0)
        await ask(device, Subscribe())
        sender = await Raw.open(self._address)
        await sender.upgraded()
        while not self._ends:
            ids = [guest.random(16) for _ in range(AT_ONCE)]
            calls = (Call(at, guest.envelope(each)) for at, each in enumerate(ids))
            sender.write(b"".join(frame(encode(call)) for call in calls))
            for _ in ids:
                await self._taken(sender)
            for each in ids:
                heard = await device.heard()
                assert isinstance(heard, Deliver), heard
                assert heard.envelope_id == each
            device.write(frame(encode(Call(1, Acknowledge(tuple(ids))))))
            await self._taken(device)
            self.envelopes += len(ids)
        await sender.close()
        await device.close()

    async def _taken(self, raw: Raw) -> None:
        """Wait until the relay took it. One that is asked too much says so, and is a finding."""
        answer = await raw.heard()
        assert isinstance(answer, Answer), answer
        assert answer.answered == Done(), answer

    async def _visits(self, place: int) -> None:
        dice = Random(place)
        while not self._ends:
            raw = await Raw.open(self._address, f"127.2.{place}.{dice.randrange(1, 250)}")
            await raw.upgraded()
            if dice.random() < 0.8:
                raw.write(frame(encode(Call(1, Hello()))))
                await raw.heard()
            await raw.close()
            self.connections += 1


def fill_receipts(database: Path, now: int) -> None:
    """As many as a relay remembers, behind some that it forgot: what holds them takes more room
    once many came and went (a set of Python's is built anew, twice as large, and then stays so).
    """
    dice, count = Random(21), MAX_RECEIPTS + FORGOTTEN
    rows = ((number, dice.randbytes(16), now // 3600) for number in range(1, count + 1))
    with closing(sqlite3.connect(database)) as db, db:
        db.executemany("INSERT INTO receipts VALUES (?, ?, ?)", rows)


async def soaked(relay: WatchedRelay, seconds: float) -> list[Look]:
    """Look at it while it works; and once more when everybody has gone."""
    load, looks = Load(relay.address, int(time.time())), list[Look]()
    begun = time.monotonic()

    def look() -> None:
        past = time.monotonic() - begun
        counts = load.envelopes, load.connections, relay.memory, relay.open_files
        looks.append(Look(past, *counts, relay.write_ahead_log))
        print(json.dumps({name: getattr(looks[-1], name) for name in Look.__slots__}), flush=True)

    look()
    working = asyncio.create_task(load.run())
    while not working.done() and time.monotonic() - begun < seconds:
        await asyncio.sleep(EVERY)
        look()
    load.end()
    await working
    for _ in range(20):
        if relay.open_files <= looks[0].open_files:
            break
        await asyncio.sleep(0.5)
    look()
    return looks


def slope(looks: list[Look]) -> float:
    """MiB of memory for 100,000 envelopes, by least squares over all but the beginning."""
    counted = [each for each in looks if each.seconds >= WARM * looks[-1].seconds]
    x = [each.envelopes / 100_000 for each in counted]
    y = [each.memory / MIB for each in counted]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    across = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return across / sum((a - middle_x) ** 2 for a in x)


def reached(looks: list[Look], strange: int) -> list[Figure]:
    first, last = looks[0], looks[-1]
    largest = max(each.write_ahead_log for each in looks) / MIB
    more = last.open_files - first.open_files
    bound = f"<= {LOG_BYTES // MIB}"
    return [
        Figure("S21", "envelopes delivered in a soak", last.envelopes),
        Figure("S21", "connections that came and went in it", last.connections),
        Figure("S21", "memory for 100,000 envelopes", slope(looks), "MiB", f"<= {GROWTH:g}"),
        Figure("S21", "files open afterwards more than before", more, "", f"<= {ROOM}"),
        Figure("S21", "the write-ahead log at its largest", largest, "MiB", bound),
        Figure("S21", "errors logged in it", strange, "", "== 0"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m strain.soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--figures", type=Path, help="where to keep what was reached")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "relay"
        with watched(folder) as relay:
            print(json.dumps({"empty": relay.memory}))
            relay.stop()
        fill_receipts(folder / "relay.db", int(time.time()))
        with watched(folder) as relay:
            looks = uvloop.run(soaked(relay, chosen.minutes * 60))
            figures = reached(looks, sum(relay.strange_events().values()))
            ended = relay.stop()
    for figure in figures:
        line = {"id": figure.id, "what": figure.what, "figure": figure.figure, "unit": figure.unit}
        print(json.dumps(line | {"target": figure.target, "met": figure.met}))
    if chosen.figures is not None:
        told = f'make soak ARGS="--minutes {chosen.minutes:g}"'
        write(chosen.figures, figures, command=told)
    return 0 if ended == 0 and all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
