"""The terminal with a long history: opening it, adding to it, another width, a burst.

    python -m benchmarks.tui [--json] [--check] [--quick]

Runs the messenger without a terminal, at 120 by 36, once in each density, on an engine that keeps
its messages in a list: what is measured is what the screen costs, in time of the processor: what
else the machine does must not count. A stall is the longest turn of the event loop while 5,000
messages arrive at once.
"""

import asyncio
import gc
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from time import perf_counter, process_time

from textual.pilot import Pilot

from benchmarks.report import Report, run
from doorless_client.core.api import Engine, RefusedError
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.ports import Created
from doorless_client.tui.screens.main import MainScreen
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping

NOW = 1_800_000_000
MESSAGES, QUICK_MESSAGES = 50_000, 50_000
ROUNDS, QUICK_ROUNDS = 9, 5
BURST = 5_000
WORDS = "the relay holds only sealed envelopes and cannot open a single one of them today".split()  # noqa: SIM905

MOUNT, APPEND, RESIZE, STALL = 150, 15, 60, 50
"""Milliseconds, at most."""

SETTLED = 0.3
"""Seconds after which everything was drawn: some frames, and the toolkit's delays."""


class Unlocked:
    """A profile that any passphrase opens."""

    exists, relay = True, ""

    def __init__(self, engine: FakeEngine, density: str) -> None:
        self._engine = engine
        self.preferences = Unwritten(ProfileSettings(density=density))
        self.keeping = FakeKeeping()

    async def by_itself(self) -> None: ...

    async def unlock(self, passphrase: str) -> Engine:
        del passphrase
        return self._engine

    async def create(self, relay: str, handle: str, passphrase: str) -> Created:
        del relay, handle, passphrase
        raise RefusedError("there is a profile already")

    async def close(self) -> None: ...


def history(count: int) -> tuple[FakeEngine, bytes, bytes]:
    """An engine with a conversation of `count` messages, and a short one that is open first."""
    chosen = Random(1)
    engine = FakeEngine(NOW)
    long, short = engine.person("Long"), engine.person("Short")
    at = NOW - 40 * count
    for number in range(count):
        at += chosen.choice((8, 20, 45, 60))
        words = " ".join(chosen.choices(WORDS, k=chosen.choice((1, 4, 9, 18, 40))))
        engine.arrive(long, words, at=at, mine=number % 3 == 0, seen=True, quiet=True)
    engine.arrive(short, "hello", at=NOW, seen=True, quiet=True)
    return engine, long, short


@asynccontextmanager
async def messenger(
    engine: FakeEngine, density: str
) -> AsyncIterator[tuple[Pilot[None], MainScreen]]:
    app = DoorlessApp(Unlocked(engine, density), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("x", "enter")
        while not isinstance(app.screen, MainScreen):
            await pilot.pause(0.05)
        await pilot.pause(0.2)
        yield pilot, app.screen


async def cpu(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of processor time until `work` is done and drawn, as the app itself draws."""
    await asyncio.sleep(SETTLED)
    start = process_time()
    await work()
    await asyncio.sleep(SETTLED)
    return (process_time() - start) * 1000


async def measure(report: Report, quick: bool) -> None:
    for density in LAYOUTS:
        await measure_one(report, quick, density)


async def measure_one(report: Report, quick: bool, density: str) -> None:
    count, rounds = (QUICK_MESSAGES, QUICK_ROUNDS) if quick else (MESSAGES, ROUNDS)
    engine, long, short = history(count)
    gc.collect()
    gc.freeze()  # the messages are the engine's: a real one keeps them on the disk
    async with messenger(engine, density) as (pilot, screen):
        chats = {chat.conversation: chat for chat in engine.chats()}
        mounts, resizes, appends = [], [], []
        for turn in range(rounds):  # of each a little, so that a busy moment tells in all
            await screen.conversation.open(chats[short])
            await pilot.pause()
            mounts.append(await cpu(lambda: screen.conversation.open(chats[long])))
            width = 100 if turn % 2 else 120
            resizes.append(await cpu(lambda w=width: pilot.resize_terminal(w, 36)))  # type: ignore[misc]
            appends.append(await cpu(lambda t=turn: arrive(engine, long, f"new {t}")))  # type: ignore[misc]
        bursts = [await burst(engine, long, pilot, screen) for _ in range(rounds)]
    stall, total = (statistics.median(column) for column in zip(*bursts, strict=True))
    for what, unit, value, goal in (
        (f"open a conversation of {count:,}", "ms CPU", statistics.median(mounts), MOUNT),
        ("one more message, shown", "ms CPU", statistics.median(appends), APPEND),
        ("another width", "ms CPU", statistics.median(resizes), RESIZE),
        (f"longest stall in a burst of {BURST:,}", "ms CPU", stall, STALL),
    ):
        report.at_most(f"{density}: {what}", unit, value, goal)
    report.note(f"{density}: a burst of {BURST:,}, all shown", "ms", total)


async def arrive(engine: FakeEngine, conversation: bytes, words: str) -> None:
    engine.arrive(conversation, words)


async def burst(
    engine: FakeEngine, conversation: bytes, pilot: Pilot[None], screen: MainScreen
) -> tuple[float, float]:
    """The longest stall and the time until all is shown, in milliseconds."""
    before = len(engine.history(conversation))
    start = perf_counter()
    worst = 0.0

    async def deliver() -> None:
        for number in range(BURST):
            engine.arrive(conversation, f"burst {number}")
            if not number % 50:  # an engine, too, comes up for air
                await asyncio.sleep(0)

    delivering = asyncio.create_task(deliver())
    timeline = screen.conversation.messages.timeline
    while timeline is None or timeline.count < before + BURST:
        turn = process_time()
        await asyncio.sleep(0)
        worst = max(worst, process_time() - turn)
    await delivering
    total = perf_counter() - start
    await pilot.pause()
    return worst * 1000, total * 1000


def fill(report: Report, quick: bool) -> None:
    asyncio.run(measure(report, quick))


if __name__ == "__main__":
    sys.exit(run("tui", fill, ["textual", "rich"]))
