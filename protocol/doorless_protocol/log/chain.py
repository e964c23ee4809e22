"""The hash chain of one label: each version hashes what was before it, and when it came.

    head 0 = zeros ─► head 1 ─► head 2 ─► head 3      the map holds the newest
                        ▲         ▲
              epoch, commitment   epoch, commitment ◄── opening, label, version, record

The epoch is part of the hash. So a log that shows an older version for a while, and then the
newest one again, has said in the chain itself that it lied.
Spec: docs/spec/09-key-log.md §3.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from doorless_protocol.encoding import Writer
from doorless_protocol.errors import ProofError
from doorless_protocol.log.label import Index, Label
from doorless_protocol.primitives import hmac_sha256, sha256

NO_HEAD = bytes(32)
HEAD_SIZE = COMMITMENT_SIZE = 32
OPENING_SIZE = 16
"""Random bytes: without them nobody can tell what is committed to, not even by guessing."""

_COMMITMENT_KEY = bytes.fromhex("d821f8790d97709796b4d7903357c3f5")  # of KEYTRANS
_CONTEXT = b"kt-head/v1"


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens a commitment. The relay may delete it; the chain stays."""

    opening: bytes = field(repr=False)
    record: bytes = field(repr=False)

    def commitment(self, label: Label, version: int) -> bytes:
        return commitment(self.opening, label, version, self.record)


@dataclass(frozen=True, slots=True)
class Step:
    """One version, as the chain holds it: the epoch in which it came into the map."""

    epoch: int
    commitment: bytes


def commitment(opening: bytes, label: Label, version: int, record: bytes) -> bytes:
    """Commit to an encoded record: 32 bytes. Spec: docs/spec/09-key-log.md §3.4."""
    writer = Writer().raw(opening).prefixed(label.encode("ascii"), 1).uint(version, 4)
    return hmac_sha256(_COMMITMENT_KEY, writer.prefixed(record, 4).done())


def next_head(index: Index, version: int, epoch: int, previous: bytes, committed: bytes) -> bytes:
    """The head after one version more: 32 bytes. Spec: docs/spec/09-key-log.md §3.4."""
    writer = Writer().raw(_CONTEXT).raw(index).uint(version, 8).uint(epoch, 8)
    return sha256(writer.raw(previous).raw(committed).done())


def walk(index: Index, version: int, head: bytes, steps: Iterable[Step]) -> tuple[bytes, ...]:
    """The heads after each of `steps`, which follow `version` and its head.

    Raises:
        ProofError: two versions in one epoch, or out of order.

    Spec: docs/spec/09-key-log.md §3.4.
    """
    heads, epoch = [], -1
    for step in steps:
        check_later(step.epoch, epoch)
        version, epoch = version + 1, step.epoch
        head = next_head(index, version, epoch, head, step.commitment)
        heads.append(head)
    return tuple(heads)


def check_later(epoch: int, before: int) -> None:
    """Raises ProofError: a version that came no later than the one before it."""
    if epoch <= before:
        raise ProofError(f"version of epoch {epoch} after one of epoch {before}")
