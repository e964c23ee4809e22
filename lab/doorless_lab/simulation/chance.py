"""Chance that follows from a seed: the same draws in every run, on every machine.

Each purpose draws from a stream of its own, so that one draw more of the network does not
change what people do next.
"""

from collections.abc import Sequence
from hashlib import shake_256
from typing import TypeVar

T = TypeVar("T")


class Chance:
    def __init__(self, seed: int, purpose: str) -> None:
        self._key = f"{seed} {purpose}".encode()
        self._drawn = 0

    def bytes(self, size: int) -> bytes:
        self._drawn += 1
        return shake_256(self._key + self._drawn.to_bytes(8)).digest(size)

    def below(self, limit: int) -> int:
        """An integer from 0, evenly for every `limit` far below 2^64."""
        return int.from_bytes(self.bytes(8)) % limit

    def share(self) -> float:
        """From 0 up to, not including, 1."""
        return self.below(2**53) / 2**53

    def happens(self, probability: float) -> bool:
        return self.share() < probability

    def between(self, least: float, most: float) -> float:
        return least + (most - least) * self.share()

    def among(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(len(things))]
