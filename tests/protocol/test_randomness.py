"""A source that is stuck, biased or begins again is refused; a good one never is."""

from itertools import count
from random import Random as Seeded

import pytest

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.randomness import SAMPLE, check_random, longest_run


def biased(size: int) -> bytes:
    return bytes(value if value > 30 else 7 for value in Seeded(2).randbytes(size))


CALLS = count()


@pytest.mark.parametrize(
    "source",
    [
        bytes,
        lambda size: b"\xaa" * size,
        lambda size: Seeded(1).randbytes(size),
        lambda size: bytes([next(CALLS) % 256]) + Seeded(1).randbytes(size - 8) + bytes(7),
        lambda size: bytes([next(CALLS) % 256]) + biased(size - 1),
        lambda size: Seeded(next(CALLS)).randbytes(size - 1),
    ],
    ids=["zeros", "one byte", "the same again", "stuck at the end", "biased", "too few"],
)
def test_a_broken_source_is_refused(source) -> None:
    with pytest.raises(WeakRandomError):
        check_random(source)


def test_a_good_source_passes_each_time() -> None:
    random = Seeded(3).randbytes
    for _ in range(300):
        check_random(random)


def test_runs_are_counted_at_both_ends() -> None:
    assert longest_run(b"aaab") == longest_run(b"baaa") == longest_run(b"baaab") == 3
    assert longest_run(b"a") == 1
    assert SAMPLE >= 1024  # SP 800-90B §4.3
