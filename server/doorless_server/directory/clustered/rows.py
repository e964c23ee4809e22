"""What is kept of the key log in a cluster, and under which keys.

    log            the hash of its configuration      builder    LeaseRow
    head           HeadRow: what was signed last      published  PublishedRow
    epoch.N        EpochRow, written once             pending.P  PendingRow
    record.P.V     RecordRow, until its account is closed
    settled        written by who has to be sure of what he reads

P is a label's place in the map, in hex. Spec: docs/spec/17-cluster-state.md §5.
"""

from msgspec import Struct

from doorless_protocol.log.record import Record
from doorless_server.directory.base import Change

LOG, BUILDER, HEAD, PUBLISHED, SETTLED = "log", "builder", "head", "published", "settled"


class LeaseRow(Struct, frozen=True, array_like=True):
    """Who builds epochs; `beat` grows as long as it does."""

    node: bytes
    beat: int


class HeadRow(Struct, frozen=True, array_like=True):
    size: int
    root: bytes


class PublishedRow(Struct, frozen=True, array_like=True):
    size: int
    note: bytes


class PendingRow(Struct, frozen=True, array_like=True):
    """A change that waits; the fields as of directory/schema.sql."""

    state: int
    version: int
    kind: int
    replaced: bytes
    commitment: bytes
    opening: bytes
    record: bytes
    receipt: bytes
    superseded: bytes

    @property
    def change(self) -> Change:
        return Change(Record.decode(self.record), self.opening, self.superseded)


class EnteringRow(Struct, frozen=True, array_like=True):
    """A change in its epoch. What it says lies apart, and goes when its account is closed."""

    place: bytes
    version: int
    kind: int
    replaced: bytes
    commitment: bytes


class EpochRow(Struct, frozen=True, array_like=True):
    time_ms: int
    entering: tuple[EnteringRow, ...]


class RecordRow(Struct, frozen=True, array_like=True):
    opening: bytes
    record: bytes


ERASED = RecordRow(b"", b"")


def epoch_key(epoch: int) -> str:
    return f"epoch.{epoch}"


def pending_key(place: bytes) -> str:
    return f"pending.{place.hex()}"


def record_key(place: bytes, version: int) -> str:
    return f"record.{place.hex()}.{version}"
