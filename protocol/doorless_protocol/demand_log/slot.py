"""A slot: a commitment to one record, real or dummy, among a fixed number of others.

Spec: docs/spec/18-demand-log.md §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from doorless_protocol import merkle
from doorless_protocol.demand_log.record import RECORD_SIZE, SlotRecord, decode_record
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import hmac_sha256

OPENING_SIZE: Final = 32
"""Random bytes, drawn for each slot: without them a commitment says nothing, not even whether two
slots hold the same."""

MAX_SLOTS: Final = 1024
"""Slots of one period: a reveal's path has at most ten hashes."""

_MAX_PATH = 10
_COMMITMENT_KEY = b"doorless/1 demand slot"


def commitment(opening: bytes, record: bytes) -> bytes:
    """Commit to an encoded record, or to a dummy: 32 bytes. Spec: docs/spec/18-demand-log.md §3.1.

    Raises:
        ValueError: an opening or a record of another size.
    """
    if len(opening) != OPENING_SIZE or len(record) != RECORD_SIZE:
        raise ValueError(f"a slot of {len(opening)} and {len(record)} bytes")
    return hmac_sha256(_COMMITMENT_KEY, opening + record)


def slots_root(commitments: Sequence[bytes]) -> bytes:
    """The hash over a period's slots, in their order. Spec: docs/spec/18-demand-log.md §3.2."""
    return merkle.root(commitments)


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """A slot laid open: what it commits to, and that it is one of its period.

    Attributes:
        period: whose slot, periods since 1970.
        place: among the slots of the period, from 0.
        opening: 32 random bytes.
        record: 1,024 bytes, a SlotRecord's or DUMMY.
        path: hashes from the commitment up to the period's root.

    1,063 bytes and the path, integers big-endian (docs/spec/18-demand-log.md §3.3):

        offset  size  field
             0     4  period
             4     2  place
             6    32  opening
            38  1024  record
          1062     1  path length  n, at most 10
          1063  32*n  path
    """

    period: int
    place: int
    opening: bytes = field(repr=False)
    record: bytes = field(repr=False)
    path: tuple[bytes, ...] = field(repr=False)

    @property
    def demand(self) -> SlotRecord | None:
        """None: it is a dummy. Raises MalformedError: it is neither."""
        return decode_record(self.record)

    def check(self, slots: int, root: bytes) -> None:
        """Check that the period with this root has this slot.

        Raises:
            ProofError: it has not.
        """
        committed = commitment(self.opening, self.record)
        merkle.verify_inclusion(committed, self.place, slots, self.path, root)

    def encode(self) -> bytes:
        writer = Writer().uint(self.period, 4).uint(self.place, 2).raw(self.opening)
        writer.raw(self.record).uint(len(self.path), 1)
        return writer.raw(b"".join(self.path)).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """Raises MalformedError: another form, or a record that is neither demand nor dummy."""
        period, place = reader.uint(4), reader.uint(2)
        opening, record, length = reader.raw(OPENING_SIZE), reader.raw(RECORD_SIZE), reader.uint(1)
        decode_record(record)
        if length > _MAX_PATH:
            raise MalformedError(f"slot with a path of {length} hashes, at most {_MAX_PATH}")
        path = tuple(reader.raw(merkle.HASH_SIZE) for _ in range(length))
        return cls(period, place, opening, record, path)
