"""What a log sends to prove what it says; nobody has to believe it.

    LookupProof = HeadProof + EntryProof for each label      whom does it stand for, now?
    AnchorProof = an anchor's leaf + EntryProof              and whom did it then?
    AnchorList  = the leaves of anchors, none skipped        which anchors came since?

Decoding takes one form and verifies nothing; `check` does. Spec: docs/spec/09-key-log.md §8.
"""

from dataclasses import dataclass, replace
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.entry import (
    EntryProof,
    read_count,
    read_flag,
    read_opened,
    write_opened,
)
from doorless_protocol.log.epoch import LEAF_SIZE, EpochLeaf, check_anchor_link
from doorless_protocol.log.misplaced import Placed
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tree import MAX_PATH, verify_consistency
from doorless_protocol.log_primitives import MLDSA44_SIGNATURE_SIZE
from doorless_protocol.merkle import HASH_SIZE

MAX_LABELS = 8
"""Labels in one answer."""

MAX_ANCHORS = 256
"""Anchors in one answer, 44 KB: eight months of days. Who was away for longer asks again."""

MAX_RECORDS = 12
"""Opened records in one answer, 43 KB."""

MAX_HEAD_PROOF = 2 + MAX_NOTE + 2 * LEAF_SIZE + 11 + 2 * MAX_PATH * HASH_SIZE
MAX_ENTRY_PROOF = 56 * 1024
MAX_COMPACT = 11 * 1024
"""Bytes that an initial message has for a proof of its sender, docs/spec/05-envelope.md §3."""

_LONG = MLDSA44_SIGNATURE_SIZE


@dataclass(frozen=True, slots=True)
class HeadProof:
    """A signed head, the epoch that it ends with, and what ties it to an older head.

    Attributes:
        leaf: of the newest epoch, the last entry of the log.
        anchor: the latest one before it; None if `leaf` is an anchor itself.
        inclusion: path of `leaf`.
        old_size: size of the head that `consistency` leads on from; 0: none was asked for.
    """

    note: Note
    leaf: EpochLeaf
    anchor: EpochLeaf | None
    inclusion: tuple[bytes, ...]
    old_size: int
    consistency: tuple[bytes, ...]

    def check(self, config: LogConfig) -> Checkpoint:
        """Verify all that can be, without a past and without a clock.

        Left to the caller: witnesses (Policy.check), consistency with what he holds, and time.

        Raises:
            ForgedError: a signature of this log is missing or wrong.
            ProofError: the leaf is not the log's last entry, the anchor is not the one before
                it, or either is of another configuration.

        Spec: docs/spec/09-key-log.md §8.1.
        """
        checkpoint = verify_log(self.note, *config.vkeys)
        if self.leaf.epoch != checkpoint.size - 1 or self.leaf.config_hash != config.hash:
            raise ProofError(f"epoch {self.leaf.epoch} is not the last of {checkpoint.size}")
        place = self.leaf.epoch, checkpoint.size
        merkle.verify_inclusion(self.leaf.encode(), *place, self.inclusion, checkpoint.root)
        if (self.anchor is None) != self.leaf.is_anchor:
            raise ProofError(f"epoch {self.leaf.epoch} with an anchor too many, or without one")
        if self.anchor is not None:
            check_anchor_link(self.anchor, self.leaf)
            if self.anchor.config_hash != config.hash:
                raise ProofError("anchor of another configuration")
        return checkpoint

    @property
    def newest(self) -> Placed:
        """What is shown as the log's last entry; nothing of it is verified."""
        size = Checkpoint.parse(self.note.text).size
        return Placed(self.note, size - 1, self.leaf.encode(), self.inclusion)

    def check_consistency(self, old_root: bytes) -> None:
        """Check that this head continues the one of `old_size` entries, at least 1.

        Raises:
            ProofError: it does not, or nothing was asked for.
        """
        checkpoint = Checkpoint.parse(self.note.text)
        now = checkpoint.size, checkpoint.root
        verify_consistency(self.old_size, old_root, *now, self.consistency)

    @property
    def latest_anchor(self) -> EpochLeaf:
        return self.leaf if self.anchor is None else self.anchor

    def encode(self) -> bytes:
        writer = Writer().prefixed(self.note.encode(), 2).raw(self.leaf.encode())
        writer.uint(self.anchor is not None, 1)
        if self.anchor is not None:
            writer.raw(self.anchor.encode())
        _write_path(writer, self.inclusion).uint(self.old_size, 8)
        return _write_path(writer, self.consistency).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "proof of a head")
        note = Note.decode(reader.prefixed(2, MAX_NOTE))
        leaf = EpochLeaf.decode(reader.raw(LEAF_SIZE))
        anchor = EpochLeaf.decode(reader.raw(LEAF_SIZE)) if read_flag(reader) else None
        proof = cls(note, leaf, anchor, _read_path(reader), reader.number(), _read_path(reader))
        reader.end()
        if proof.consistency and not proof.old_size:
            raise MalformedError("proof that a log continues no other")
        return proof


@dataclass(frozen=True, slots=True)
class LookupProof:
    """A head, and each label that was asked for in the map of its last epoch."""

    head: HeadProof
    entries: tuple[EntryProof, ...]

    def encode(self) -> bytes:
        writer = Writer().prefixed(self.head.encode(), 2).uint(len(self.entries), 1)
        for entry in self.entries:
            writer.prefixed(entry.encode(), 4)
        return writer.done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "answer of a lookup")
        head = HeadProof.decode(reader.prefixed(2, MAX_HEAD_PROOF))
        count = read_count(reader, 1, MAX_LABELS)
        entries = tuple(
            EntryProof.decode(reader.prefixed(4, MAX_ENTRY_PROOF)) for _ in range(count)
        )
        reader.end()
        if not entries:
            raise MalformedError("answer of a lookup without a label")
        return cls(head, entries)


@dataclass(frozen=True, slots=True)
class AnchorProof:
    """A label in the map of an anchor, whose leaf the asker knows by its hash."""

    leaf: EpochLeaf
    entry: EntryProof

    def encode(self) -> bytes:
        return self.leaf.encode() + self.entry.encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form, or a leaf that is no anchor."""
        leaf = EpochLeaf.decode(data[:LEAF_SIZE])
        if not leaf.is_anchor:
            raise MalformedError(f"epoch {leaf.epoch} is no anchor")
        return cls(leaf, EntryProof.decode(data[LEAF_SIZE:]))


@dataclass(frozen=True, slots=True)
class AnchorList:
    """Anchors in a row, and the path of the last one in the head that came with them."""

    leaves: tuple[EpochLeaf, ...]
    inclusion: tuple[bytes, ...]

    def encode(self) -> bytes:
        writer = Writer().uint(len(self.leaves), 2)
        writer.raw(b"".join(leaf.encode() for leaf in self.leaves))
        return _write_path(writer, self.inclusion).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "list of anchors")
        listed = cls.read(reader)
        reader.end()
        return listed

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From the front of what a reader has left. Raises MalformedError: none, or too many."""
        count = read_count(reader, 2, MAX_ANCHORS)
        leaves = tuple(EpochLeaf.decode(reader.raw(LEAF_SIZE)) for _ in range(count))
        if not leaves or not all(leaf.is_anchor for leaf in leaves):
            raise MalformedError("list of anchors with none, or with one that is none")
        return cls(leaves, _read_path(reader))


def encode_records(opened: tuple[Opened, ...]) -> bytes:
    """Records of consecutive versions. Spec: docs/spec/09-key-log.md §8.5."""
    writer = Writer().uint(len(opened), 1)
    for each in opened:
        write_opened(writer, each)
    return writer.done()


def decode_records(data: bytes) -> tuple[Opened, ...]:
    """Raises MalformedError: another form, or more than MAX_RECORDS."""
    reader = Reader(data, "opened records")
    opened = tuple(read_opened(reader) for _ in range(read_count(reader, 1, MAX_RECORDS)))
    reader.end()
    return opened


def compact(proof: LookupProof) -> bytes:
    """What an initial message carries of an answer: what proves its sender, and no past.

    Left out are consistency, all but the chain's last step, all but the first label, and the
    long lines of witnesses.

    Args:
        proof: that was checked.

    Returns:
        a LookupProof of at most MAX_COMPACT bytes.

    Raises:
        ValueError: even so it does not fit.

    Spec: docs/spec/09-key-log.md §8.6.
    """
    note = proof.head.note
    origin = Checkpoint.parse(note.text).origin
    lines = (line for line in note.signatures if line.name == origin or len(line.blob) < _LONG)
    short = replace(note, signatures=tuple(lines))
    head = replace(proof.head, note=short, old_size=0, consistency=())
    encoded = LookupProof(head, (proof.entries[0].newest(),)).encode()
    if len(encoded) > MAX_COMPACT:
        raise ValueError(f"compact proof of {len(encoded)} bytes, at most {MAX_COMPACT}")
    return encoded


def _write_path(writer: Writer, path: tuple[bytes, ...]) -> Writer:
    return writer.uint(len(path), 1).raw(b"".join(path))


def _read_path(reader: Reader) -> tuple[bytes, ...]:
    """Raises MalformedError: more hashes than a log of 2^63 entries has above one."""
    return tuple(reader.raw(HASH_SIZE) for _ in range(read_count(reader, 1, MAX_PATH)))
