"""Parts of a whole in per cent that add to 100 exactly, by largest remainders."""

from collections.abc import Sequence


def shares(counts: Sequence[int]) -> tuple[str, ...]:
    """Each count as per cent of their sum, with one decimal: `33.4`. Of nothing: `0.0` each.

    Every figure is within 0.1 of the exact one, and their sum is 100.0.
    """
    total = sum(counts)
    if total == 0:
        return tuple("0.0" for _ in counts)
    tenths = [count * 1000 // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda at: -(counts[at] * 1000 % total))
    for at in by_remainder[: 1000 - sum(tenths)]:
        tenths[at] += 1
    return tuple(f"{tenth // 10}.{tenth % 10}" for tenth in tenths)
