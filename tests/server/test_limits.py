"""Buckets give what they promise, to the token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_server.limits import Buckets, Rate, TokenBucket

SIX = Rate(burst=6, per_second=1 / 600)


def test_a_bucket_gives_its_burst_and_then_one_in_ten_minutes() -> None:
    bucket = TokenBucket(SIX, now=0)
    assert [bucket.take(0) for _ in range(6)] == [0] * 6
    assert bucket.take(0) == 601
    assert bucket.take(599) > 0
    assert bucket.take(600) == 0
    assert bucket.take(600) > 0


def test_what_is_refused_costs_nothing() -> None:
    bucket = TokenBucket(Rate(burst=2, per_second=1), now=0)
    assert bucket.take(0, cost=3) == 2
    assert bucket.take(0, cost=2) == 0


def test_a_clock_that_jumps_back_gives_nothing() -> None:
    bucket = TokenBucket(SIX, now=10_000)
    for _ in range(6):
        bucket.take(10_000)
    assert bucket.take(0) > 0
    assert bucket.take(10_000) > 0
    assert bucket.take(10_600) == 0


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=200))
def test_no_order_of_asking_gives_more_than_burst_and_rate(times: list[float]) -> None:
    rate = Rate(burst=5, per_second=0.01)
    bucket = TokenBucket(rate, now=0)
    taken = sum(bucket.take(now) == 0 for now in times)
    assert taken <= rate.burst + max(times) * rate.per_second + 1e-6


@pytest.mark.claim("P5", "the rates that are remembered are bounded")
def test_the_bucket_used_longest_ago_is_forgotten_first() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0), at_most=2)
    assert buckets.of("a", 0).take(0) == 0
    buckets.of("b", 0)
    assert buckets.of("a", 0).take
    buckets.of("c", 0)
    assert len(buckets) == 2
    assert buckets.of("a", 0).wait(0, 0) == 0
