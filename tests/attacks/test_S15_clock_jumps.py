"""S15: the clock of a relay is set: ahead, back, and to where it was."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from doorless_lab.stage import until
from doorless_protocol.frames import Submit
from doorless_protocol.log.config import LogKeys
from doorless_server.clock import Watch
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.heads import HeadStore
from doorless_server.directory.keylog import KeyLog
from doorless_server.directory.service import Service
from doorless_server.limits import DAY, ENVELOPE_HOURS, HOUR
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Arriving, Listing, Position, Seat, Store
from doorless_server.store.memory import MemoryStore
from doorless_server.store.sqlite import SqliteStore
from relay_person import NOW

YEARS = 10 * 365 * DAY
KEYS = LogKeys.from_seed("relay.test/keys", bytes(range(96)))


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kept: Store = MemoryStore()
    if request.param == "sqlite":
        kept = await SqliteStore.open(tmp_path / "relay.db")
    seat = Seat(b"account", b"device", b"mailbox", b"key")
    await kept.create("bob", Listing(1, b"h", b"p", b"", b"", (seat,), ()), b"token", NOW // DAY)
    yield kept
    await kept.close()


class Clock:
    """Seconds that pass, and a clock that says what it was set to."""

    def __init__(self) -> None:
        self.now, self.passed = NOW, 0.0

    def __call__(self) -> int:
        return self.now

    def elapsed(self) -> float:
        return self.passed

    def passes(self, seconds: int) -> None:
        self.now += seconds
        self.passed += seconds


async def waiting(store: Store) -> int:
    return len(await store.waiting(b"mailbox", Position(0), 99, 10**6))


@pytest.mark.attack(
    "S15",
    "a clock that is put ahead makes nothing expire before its time",
    weaken={"doorless_server.clock.is_jump": lambda _: False},
)
@pytest.mark.parametrize("jump", [25 * HOUR, 40 * DAY, YEARS])
async def test_a_clock_put_ahead_makes_nothing_expire(store: Store, jump: int) -> None:
    clock = Clock()
    relay = Relay(store, Identity("relay.test"), random=bytes, elapsed=clock.elapsed)
    clock.passes(1)
    assert await relay.sweep(clock.now) == 0
    await store.put([Arriving(b"mailbox", b"1", bytes(2048), b"token")], NOW // HOUR, NOW // DAY)
    clock.passes(ENVELOPE_HOURS * HOUR - 24 * HOUR)  # a day before its time is over
    assert await relay.sweep(clock.now) == 0
    clock.now += jump
    assert await relay.sweep(clock.now) == 0
    assert await waiting(store) == 1
    clock.now -= jump
    clock.passes(26 * HOUR)
    assert await relay.sweep(clock.now) > 0
    assert await waiting(store) == 0


@pytest.mark.attack(
    "S15",
    "what arrives while the clock is set wrongly does not expire when it comes back",
    weaken={"doorless_server.clock.Watch.steady": lambda _self, now: now},
)
@pytest.mark.parametrize("back", [40 * DAY, YEARS])
async def test_what_comes_while_the_clock_is_set_back_is_kept(store: Store, back: int) -> None:
    clock = Clock()
    relay = Relay(store, Identity("relay.test"), random=bytes, elapsed=clock.elapsed)
    await relay.sweep(clock.now)
    clock.now -= back
    await relay.submit([Submit(b"mailbox", b"", b"1" * 16, bytes(2048))], clock.now)
    clock.now += back
    assert await relay.sweep(clock.now) == 0
    assert await waiting(store) == 1
    clock.passes(ENVELOPE_HOURS * HOUR + DAY)
    assert await relay.sweep(clock.now) > 0
    assert await waiting(store) == 0


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -DAY, -YEARS])
async def test_small_jumps_and_jumps_back_are_followed(jump: int) -> None:
    clock = Clock()
    watch = Watch(clock.elapsed)
    assert watch.believes(clock.now)
    clock.now += jump
    assert watch.believes(clock.now)
    clock.passes(3600)
    clock.now -= jump
    assert watch.believes(clock.now), "it came back to where it was"
    clock.now += YEARS
    assert not watch.believes(clock.now)


async def test_a_start_says_that_the_clock_is_right() -> None:
    clock = Clock()
    clock.now += YEARS
    assert Watch(clock.elapsed).believes(clock.now)


@pytest.mark.attack(
    "S15",
    "a delivery token that was replaced serves no more after the clock was set back",
    weaken={
        "doorless_server.store.memory.latest": lambda _, day: day,
        "doorless_server.store.sqlite_mail.latest": lambda _, day: day,
    },
)
@pytest.mark.parametrize("back", [3 * DAY, YEARS])
async def test_a_replaced_token_does_not_come_back(store: Store, back: int) -> None:
    day = NOW // DAY
    await store.set_token(b"account", b"newer", day + 1)

    async def opens(number: int, day: int) -> bool:
        """Twenty requests fill the places of strangers; a token that opens needs none."""
        mail = Arriving(b"mailbox", bytes((number,)), bytes(2048), b"token")
        (fate,) = await store.put([mail], day * 24, day)
        return isinstance(fate, int)

    strangers = [Arriving(b"mailbox", b"s%d" % n, bytes(2048), b"") for n in range(20)]
    await store.put(strangers, day * 24, day)
    assert await opens(1, day + 1)
    assert not await opens(2, day + 2)
    assert not await opens(3, day + 2 - back // DAY)


@pytest.mark.attack(
    "S15",
    "no epoch of the key log bears a time to which the clock was put ahead",
    weaken={"doorless_server.clock.is_jump": lambda _: False},
)
async def test_no_epoch_bears_a_time_that_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_server.directory.service.RETRY", 0.001)
    clock = Clock()
    config = KEYS.config(heartbeat=300)

    def open_log() -> KeyLog:
        heads = HeadStore(tmp_path / "heads.db")
        return KeyLog.open(tmp_path / "log.db", heads, KEYS, config, Random(15).randbytes)

    failed: list[Exception] = []
    service = await Service.start(
        open_log, Auditors({}), clock=clock, broken=failed.append, elapsed=clock.elapsed
    )
    try:
        assert service._watch.believes(clock.now)
        clock.now += YEARS
        service.run()
        for _ in range(20):
            await asyncio.sleep(0.005)
            newest = await service._call(service._log.newest)
            assert newest is not None
            assert newest.leaf.time_ms // 1000 <= NOW
        clock.now -= YEARS
        clock.passes(600)
        await until(lambda: service.published == 2, 10, "the next epoch")
    finally:
        await service.close()
    assert failed == []
