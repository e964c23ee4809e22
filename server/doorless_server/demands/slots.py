"""Which demand takes which slot of a period, and what fills the rest.

    waiting:  D4 ◄─ D3 ◄─ D2 ◄─ D1      the oldest go first, at most as many as there are slots
                       │
    period:   [ dummy | D2 | dummy | D1 | dummy … ]      in an order that is drawn

A dummy is made exactly as the others are: who sees commitments alone cannot tell.
Spec: docs/spec/18-demand-log.md §3, docs/spec/18-demand-log.md §6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from doorless_protocol.demand_log.record import DUMMY
from doorless_protocol.demand_log.slot import OPENING_SIZE, commitment
from doorless_protocol.primitives import Random

_ORDER_BYTES: Final = 16
"""Of a number that a slot is sorted by: no two are the same."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A demand that waits for a slot: how the operator calls it, and its encoded record."""

    demand_id: str
    record: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a period; `demand_id` is None of a dummy."""

    opening: bytes = field(repr=False)
    record: bytes = field(repr=False)
    demand_id: str | None = None

    @property
    def commitment(self) -> bytes:
        return commitment(self.opening, self.record)


def taken(waiting: Sequence[Committed], slots: int) -> Sequence[Committed]:
    """Those that this period has room for; the others wait for the next one."""
    return waiting[:slots]


def filled(waiting: Sequence[Committed], slots: int, random: Random) -> tuple[Slot, ...]:
    """A whole period: always `slots` slots, the first demands among them, in a drawn order."""
    demands = [Slot(random(OPENING_SIZE), e.record, e.demand_id) for e in taken(waiting, slots)]
    dummies = [Slot(random(OPENING_SIZE), DUMMY) for _ in range(slots - len(demands))]
    return shuffled([*demands, *dummies], random)


def shuffled(slots: Sequence[Slot], random: Random) -> tuple[Slot, ...]:
    """The same slots in an order that says nothing."""
    drawn = [(random(_ORDER_BYTES), at) for at in range(len(slots))]
    return tuple(slots[at] for _, at in sorted(drawn))
