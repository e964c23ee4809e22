"""Whether a source of random bytes is plainly broken. Asked once, when a program starts.

Two of the start-up tests of NIST SP 800-90B §4.4, and one for a source that begins again. They see
a source that is stuck, very biased, or the same at each call; no test sees that one is predictable.
Spec: docs/spec/01-primitives.md §1.3.
"""

from collections import Counter
from itertools import pairwise

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.primitives import Random

SAMPLE = 1024
"""Bytes drawn for the tests, as many as SP 800-90B §4.3 asks for at start-up."""

REPEATED = 6
"""Equal bytes in a row: SP 800-90B's cutoff is 5 at 2^-30; 6 come by chance in 10^9 starts."""

WINDOW, FREQUENT = 512, 20
"""Occurrences of one byte among so many: 2 are expected, 20 come by chance in 10^10 starts."""


def check_random(random: Random) -> None:
    """Raises WeakRandomError: nothing that is drawn from `random` would be a secret.

    Spec: docs/spec/01-primitives.md §1.3.
    """
    sample = random(SAMPLE)
    if len(sample) != SAMPLE or sample == random(SAMPLE):
        raise WeakRandomError("the source of randomness gives the same bytes again")
    if longest_run(sample) >= REPEATED:
        raise WeakRandomError("the source of randomness is stuck at one byte")
    for start in range(0, SAMPLE, WINDOW):
        ((_, count),) = Counter(sample[start : start + WINDOW]).most_common(1)
        if count >= FREQUENT:
            raise WeakRandomError("the source of randomness prefers one byte")


def longest_run(sample: bytes) -> int:
    longest = run = 1
    for before, byte in pairwise(sample):
        run = run + 1 if byte == before else 1
        longest = max(longest, run)
    return longest
