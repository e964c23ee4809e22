"""What relays promised, beside what came out of them: the count behind a test that kills.

    accepted   its sender was told that the envelope is kept
    came       its recipient was shown it
    released   its recipient, having said that he has it, was told that it is forgotten

An envelope is lost that was accepted and never came. It was stored twice if it came twice on one
connection, or once more after it was released.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

BATCH = 4
"""Envelopes under way at once to one mailbox, of which none has to be before the others."""

Mark = tuple[str, int]
"""A mailbox, by the handle of whose it is, and the number of an envelope in it, from 1."""


@dataclass
class Ledger:
    """
    Attributes:
        accepted: when, in seconds by the clock of the test.
        orders: of each connection that read a mailbox, the numbers in the order in which they came.
        heard: how many were released, by mailbox.
    """

    accepted: dict[Mark, float] = field(default_factory=dict)
    came: set[Mark] = field(default_factory=set)
    released: set[Mark] = field(default_factory=set)
    returned: set[Mark] = field(default_factory=set)
    orders: list[tuple[str, list[int]]] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)

    def accept(self, mark: Mark, now: float) -> None:
        self.accepted.setdefault(mark, now)

    def opens(self, handle: str) -> list[int]:
        """A connection on which this mailbox is read from now on: where to enter what comes."""
        self.orders.append((handle, []))
        return self.orders[-1][1]

    def come(self, mark: Mark, order: list[int]) -> None:
        order.append(mark[1])
        self.came.add(mark)
        if mark in self.released:
            self.returned.add(mark)

    def release(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self.released.add(mark)
            self.heard[mark[0]] += 1

    @property
    def lost(self) -> list[Mark]:
        return sorted(self.accepted.keys() - self.came)

    @property
    def twice(self) -> list[Mark]:
        """What came again without having been released is no fault: nobody heard of it."""
        again = {
            (handle, number)
            for handle, order in self.orders
            for number, times in Counter(order).items()
            if times > 1
        }
        return sorted(again | self.returned)

    @property
    def disordered(self) -> list[str]:
        """Mailboxes that gave out an envelope before one of a batch before its own."""
        return [handle for handle, order in self.orders if order != sorted(order, key=batch_of)]

    def check(self) -> None:
        """
        Raises:
            AssertionError: something was lost, stored twice, or overtaken.
        """
        assert self.lost == [], f"{len(self.lost)} of {len(self.accepted)} accepted never came"
        assert self.twice == [], f"{len(self.twice)} of {len(self.accepted)} were stored twice"
        assert self.disordered == [], f"overtaken in the mailboxes of {self.disordered}"


def batch_of(number: int) -> int:
    return (number - 1) // BATCH
