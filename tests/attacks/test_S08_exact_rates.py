"""S08: what is metered is metered to the token, also when the clock jumps, and at a start."""

import asyncio
from random import Random
from typing import Any

import pytest

from doorless_protocol.frames import FetchBundle, Lookup, Refusal, Refused, Submit
from doorless_server import limits
from doorless_server.connection import Connection, Timing
from doorless_server.limits import HOUR, TokenBucket
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person

RATES = {name: value for name, value in vars(limits).items() if isinstance(value, limits.Rate)}

YEARS = 10 * 365 * 24 * HOUR


class Passing:
    """Two clocks: `now` can be set to anything, `elapsed` only passes."""

    def __init__(self) -> None:
        self.now, self.passed = NOW, 0.0

    def elapsed(self) -> float:
        return self.passed

    def passes(self, seconds: float) -> None:
        self.passed += seconds
        self.now += int(seconds)


@pytest.mark.parametrize("name", RATES)
def test_a_bucket_gives_its_burst_and_not_one_more(name: str) -> None:
    rate = RATES[name]
    bucket = TokenBucket(rate, NOW)
    assert bucket.take(NOW, rate.burst) == 0
    wait = bucket.take(NOW)
    one = 1 / rate.per_second
    assert one <= wait <= one + 1
    assert bucket.take(NOW + one * 0.99) > 0
    assert bucket.take(NOW + one * 1.01) == 0
    assert bucket.take(NOW + one * 1.01) > 0
    assert bucket.wait(NOW + rate.burst * one * 3, rate.burst) == 0
    assert bucket.wait(NOW + rate.burst * one * 3, rate.burst + 1) > 0


def by_the_wall(self: TokenBucket, rate: Any, now: float, elapsed: Any = None) -> None:
    """A bucket that goes by the clock that can be set."""
    self._rate, self._tokens, self._at, self._elapsed = rate, rate.burst, now, None


async def misses(relay: Relay, clock: Passing, at_most: int) -> int:
    """Lookups of nobody until one is put off."""
    for count in range(at_most):
        peer = relay.greet(clock.now, bytes(32))
        outcome = await relay.handle(peer, Lookup("nobody", 0), clock.now, "192.0.2.1")
        if outcome.answered == Refused(int(Refusal.BUSY), outcome.answered.retry_after):  # type: ignore[union-attr]
            return count
    return at_most


@pytest.mark.parametrize("jump", [HOUR, -HOUR, YEARS, -YEARS])
@pytest.mark.attack(
    "S08",
    "no jump of the clock gives a token, or keeps one back",
    weaken={"doorless_server.limits.TokenBucket.__init__": by_the_wall},
)
async def test_a_clock_that_jumps_gives_and_takes_nothing(jump: int, record: Any) -> None:
    clock = Passing()
    random = Random(8).randbytes
    relay = Relay(MemoryStore(), Identity("relay.test"), random=random, elapsed=clock.elapsed)
    assert await misses(relay, clock, 200) == 100
    clock.now += jump
    given = await misses(relay, clock, 200)
    assert given == 0
    record("S08", "lookups given by a jump of the clock", given, "", "== 0")
    clock.passes(900)
    assert await misses(relay, clock, 200) == 1
    clock.now -= jump
    clock.passes(1800)
    assert await misses(relay, clock, 200) == 2


async def test_rates_begin_anew_with_a_start_and_prekeys_stay_given() -> None:
    """In memory alone: an address is nowhere written. What was given away is gone for good."""
    store, alice = MemoryStore(), Person("alice", 1)
    served = []
    for _ in range(2):
        relay = Relay(store, Identity("relay.test"), random=Random(8).randbytes)
        if not served:
            peer = relay.greet(NOW, bytes(32))
            signed_in = (await relay.handle(peer, alice.sign_in(peer), NOW)).peer
            for request in (alice.register(), *alice.upload(10)):
                signed_in = (await relay.handle(signed_in, request, NOW)).peer
        for _ in range(8):
            peer = relay.greet(NOW, bytes(32))
            asked = FetchBundle(alice.device.device)
            answered: Any = (await relay.handle(peer, asked, NOW, "192.0.2.1")).answered
            served.append(answered.pair)
    given = [pair for pair in served if pair]
    assert [bool(pair) for pair in served] == [True] * 6 + [False] * 2 + [True] * 4 + [False] * 4
    assert len(set(given)) == len(given) == 10


def test_a_connection_is_metered_in_units_of_the_smallest_envelope() -> None:
    connection = Connection(None, Timing(), 0.0)  # type: ignore[arg-type]
    taken = 0
    while not connection.submit_wait(0.0, 32):
        taken += 32
    assert taken == limits.SUBMITS.burst
    assert connection.submit_wait(0.032, 32) == 0
    assert connection.submit_wait(0.032, 1) == 1


def test_what_a_mailbox_holds_is_bounded_to_the_envelope() -> None:
    async def filled() -> tuple[int, int]:
        alice = Person("alice", 1)
        relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(8).randbytes)
        peer = relay.greet(NOW, bytes(32))
        signed_in = (await relay.handle(peer, alice.sign_in(peer), NOW)).peer
        await relay.handle(signed_in, alice.register(), NOW)
        kept = []
        for token in (alice.token, b""):
            asked = [
                Submit(alice.device.mailbox, token, n.to_bytes(16), bytes(2048))
                for n in range(len(token) * 10_000, len(token) * 10_000 + 2_100)
            ]
            kept.append(len((await relay.submit(asked, NOW))[1]))
        return kept[0], kept[1]

    assert asyncio.run(filled()) == (2_000, 20)
