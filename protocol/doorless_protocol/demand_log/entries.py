"""The entries of the demand log: its rules once, a period each, and what is said later of slots.

    LDC1 rules    LDS1 one period    LDR1 a slot laid open    LDN1 one that stays shut
    LDB1 how many demands there were, as a band

Spec: docs/spec/18-demand-log.md §4.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final, Self

from doorless_protocol.demand_log.record import Authority, SlotRecord
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.demand_log.slot import MAX_SLOTS, OpenedSlot
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.merkle import HASH_SIZE

ALL: Final = 0
"""In the place of a kind of authority: demands of all kinds are counted."""

MAX_BANDS: Final = 1024
"""Of one log: whoever reads it counts each slot that is laid open in each of them."""


class Outcome(IntEnum):
    """What came of a demand, said when its slot is laid open."""

    UNDECIDED = 0
    REFUSED = 1
    NOTHING_HELD = 2
    NON_CONTENT = 3
    CONTENT = 4


@dataclass(frozen=True, slots=True)
class PeriodEntry:
    """All slots of one period, behind one hash. There is exactly one for each period.

    42 bytes, integers big-endian (docs/spec/18-demand-log.md §4.2):

        offset  size  field
             0     4  "LDS1"
             4     4  period  periods since 1970; of a day each, days
             8     2  slots   1 to 1,024, as the rules say
            10    32  root    over the slots' commitments (§3.2)
    """

    period: int
    slots: int
    root: bytes

    magic: ClassVar = b"LDS1"

    def encode(self) -> bytes:
        writer = Writer().raw(self.magic).uint(self.period, 4).uint(self.slots, 2)
        return writer.raw(self.root).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.exactly(cls.magic, "kind")
        entry = cls(reader.uint(4), reader.uint(2), reader.raw(HASH_SIZE))
        if not 1 <= entry.slots <= MAX_SLOTS:
            raise MalformedError(f"period with {entry.slots} slots")
        return entry


@dataclass(frozen=True, slots=True)
class Reveal:
    """A slot laid open, for good, and what came of the demand.

    Integers big-endian (docs/spec/18-demand-log.md §4.3):

        "LDR1" | u8 outcome | opened slot (§3.3)
    """

    outcome: Outcome
    opened: OpenedSlot

    magic: ClassVar = b"LDR1"

    def encode(self) -> bytes:
        return Writer().raw(self.magic).uint(self.outcome, 1).raw(self.opened.encode()).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.exactly(cls.magic, "kind")
        outcome = _outcome(reader.uint(1))
        entry = cls(outcome, OpenedSlot.read(reader))
        if entry.opened.demand is None and outcome is not Outcome.UNDECIDED:
            raise MalformedError("dummy slot of which something came")
        return entry


@dataclass(frozen=True, slots=True)
class Renewal:
    """A slot that stays shut beyond the horizon: it is a demand's, whose secrecy goes on.

    18 bytes, integers big-endian (docs/spec/18-demand-log.md §4.4):

        offset  size  field
             0     4  "LDN1"
             4     4  period
             8     2  place
            10     8  until   Unix seconds; it is laid open or renewed again by then
    """

    period: int
    place: int
    until: int

    magic: ClassVar = b"LDN1"

    def encode(self) -> bytes:
        writer = Writer().raw(self.magic).uint(self.period, 4).uint(self.place, 2)
        return writer.uint(self.until, 8).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.exactly(cls.magic, "kind")
        return cls(reader.uint(4), reader.uint(2), reader.number())


@dataclass(frozen=True, slots=True)
class Band:
    """How many demands the slots of some periods hold: from `low` to `high`, both included.

    21 bytes, integers big-endian (docs/spec/18-demand-log.md §4.5):

        offset  size  field
             0     4  "LDB1"
             4     4  first      period that is counted
             8     4  last       period that is counted, not before the first
            12     1  authority  0: of all kinds; else the kind of §2.1
            13     4  low
            17     4  high       not below `low`
    """

    first: int
    last: int
    authority: int
    low: int
    high: int

    magic: ClassVar = b"LDB1"

    def __post_init__(self) -> None:
        """Raises MalformedError: bounds that are none."""
        kinds = {ALL, *Authority}
        if self.first > self.last or self.low > self.high or self.authority not in kinds:
            raise MalformedError("band whose bounds are none")

    def counts(self, opened: OpenedSlot) -> bool:
        """Whether a slot that was laid open is one of those that the band counts."""
        demand = opened.demand
        return demand is not None and self.counts_demand(opened.period, demand)

    def counts_demand(self, period: int, demand: SlotRecord) -> bool:
        """Whether a demand that has a slot in this period is counted."""
        return self.authority in (ALL, demand.authority) and self.first <= period <= self.last

    def encode(self) -> bytes:
        writer = Writer().raw(self.magic).uint(self.first, 4).uint(self.last, 4)
        return writer.uint(self.authority, 1).uint(self.low, 4).uint(self.high, 4).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.exactly(cls.magic, "kind")
        first, last, authority = reader.uint(4), reader.uint(4), reader.uint(1)
        return cls(first, last, authority, reader.uint(4), reader.uint(4))


Entry = Rules | PeriodEntry | Reveal | Renewal | Band

_KINDS: dict[bytes, type[Entry]] = {
    b"LDC1": Rules,
    PeriodEntry.magic: PeriodEntry,
    Reveal.magic: Reveal,
    Renewal.magic: Renewal,
    Band.magic: Band,
}


def decode_entry(data: bytes) -> Entry:
    """Raises MalformedError: not the one form of an entry. Spec: docs/spec/18-demand-log.md §4."""
    kind = _KINDS.get(data[:4])
    if kind is None:
        raise MalformedError("entry of a demand log of an unknown kind")
    reader = Reader(data, "entry of a demand log")
    entry = kind.read(reader)
    reader.end()
    return entry


def _outcome(number: int) -> Outcome:
    try:
        return Outcome(number)
    except ValueError:
        raise MalformedError("reveal with an unknown outcome") from None
