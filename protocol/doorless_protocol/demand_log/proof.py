"""That something stands in a signed demand log, for anybody who has the log's keys.

    note ── root ── path ── period ── slots root ── path ── commitment ◄── opening, record

Spec: docs/spec/18-demand-log.md §5.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.demand_log.entries import Entry, PeriodEntry, decode_entry
from doorless_protocol.demand_log.record import SlotRecord
from doorless_protocol.demand_log.rules import MAX_RULES, Rules
from doorless_protocol.demand_log.slot import OpenedSlot
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tree import MAX_PATH

_MAGIC = b"LDP1"


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry, its place in the log, and the signed head that holds it.

    Integers big-endian (docs/spec/18-demand-log.md §5.1):

        lp16 note | u64 index | lp16 entry | u8 n | n * 32 path
    """

    note: Note
    index: int
    entry: Entry
    path: tuple[bytes, ...] = field(repr=False)

    def check(self, rules: Rules) -> Checkpoint:
        """Verify signatures and path, and give the checkpoint.

        Raises:
            ForgedError: the log did not sign the head.
            ProofError: the head does not hold the entry there.
            UnwitnessedError: too few witnesses saw the head.
        """
        rules.policy.check(self.note)
        return self.check_signed(rules)

    def check_signed(self, rules: Rules) -> Checkpoint:
        """The same, whoever else saw the head: for who accuses the log."""
        checkpoint = verify_log(self.note, *rules.vkeys)
        encoded = self.entry.encode()
        merkle.verify_inclusion(encoded, self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint

    def encode(self) -> bytes:
        writer = Writer().prefixed(self.note.encode(), 2).uint(self.index, 8)
        writer.prefixed(self.entry.encode(), 2).uint(len(self.path), 1)
        return writer.raw(b"".join(self.path)).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        note, index = Note.decode(reader.prefixed(2, MAX_NOTE)), reader.number()
        entry, length = decode_entry(reader.prefixed(2, MAX_RULES)), reader.uint(1)
        if length > MAX_PATH:
            raise MalformedError(f"path of {length} hashes, at most {MAX_PATH}")
        return cls(note, index, entry, tuple(reader.raw(merkle.HASH_SIZE) for _ in range(length)))


@dataclass(frozen=True, slots=True)
class SlotProof:
    """A demand's slot, laid open to whoever is shown this, and its period in the signed log.

    Until the slot is revealed to all, this is a secret between operator and authority. Integers
    big-endian (docs/spec/18-demand-log.md §5.2):

        "LDP1" | placed period (§5.1) | opened slot (§3.3)
    """

    placed: Placed
    opened: OpenedSlot

    @property
    def period(self) -> PeriodEntry:
        """Raises ProofError: what is placed is another entry than the slot's period."""
        entry = self.placed.entry
        if not isinstance(entry, PeriodEntry) or entry.period != self.opened.period:
            raise ProofError("slot of another period than the one that is proved")
        return entry

    @property
    def record(self) -> SlotRecord | None:
        """None: the slot is a dummy."""
        return self.opened.demand

    def check(self, rules: Rules) -> Checkpoint:
        """Verify everything, from the opening up to the signatures. Errors as of Placed.check."""
        period = self.period
        if period.slots != rules.slots:
            raise ProofError(f"period with {period.slots} slots of a log with {rules.slots}")
        self.opened.check(period.slots, period.root)
        return self.placed.check(rules)

    def encode(self) -> bytes:
        return _MAGIC + self.placed.encode() + self.opened.encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form. Verifies nothing: `check` does."""
        reader = Reader(data, "slot proof")
        reader.exactly(_MAGIC, "kind")
        proof = cls(Placed.read(reader), OpenedSlot.read(reader))
        reader.end()
        return proof
