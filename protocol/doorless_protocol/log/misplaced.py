"""E9, an entry that does not belong where it is: a log signed a tree that holds it there.

    note ── root ── path ── entry, at its place in the log
                              ├── no epoch of that place: convicts alone
                              └── an epoch of another configuration than one elsewhere in the log

An epoch says which place it has, and by which rules its log is kept; a log keeps to one set of
them. Spec: docs/spec/10-key-log-clients.md §8.3.
"""

from dataclasses import dataclass
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signed_leaf import MAX_PATH, SignedLeaf, count, signed_checkpoint

MAX_ENTRY = 65_535
"""Bytes of an entry of a log: what a tile of entries can hold (docs/spec/09-key-log.md §5.5)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What a signed log holds at a place, whatever that is.

    Integers big-endian (docs/spec/10-key-log-clients.md §8.1):

        lp16 note | u64 index | lp16 entry | u8 n (at most 63) | n * 32 path
    """

    note: Note
    index: int
    entry: bytes
    path: tuple[bytes, ...]

    @classmethod
    def of(cls, signed: SignedLeaf) -> Self:
        """The leaf that a signed head holds, without its descent."""
        return cls(signed.note, signed.leaf.epoch, signed.leaf.encode(), signed.path)

    def check(self, config: LogConfig) -> None:
        """Raises ForgedError, ProofError: this log did not sign that."""
        head = signed_checkpoint(self.note, config)
        merkle.verify_inclusion(self.entry, self.index, head.size, self.path, head.root)

    def encode(self) -> bytes:
        writer = Writer().prefixed(self.note.encode(), 2).uint(self.index, 8)
        writer.prefixed(self.entry, 2).uint(len(self.path), 1)
        return writer.raw(b"".join(self.path)).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        note, index = Note.decode(reader.prefixed(2, MAX_NOTE)), reader.number()
        entry = reader.prefixed(2, MAX_ENTRY)
        path = tuple(reader.raw(merkle.HASH_SIZE) for _ in range(count(reader, MAX_PATH)))
        return cls(note, index, entry, path)


@dataclass(frozen=True, slots=True)
class Misplaced:
    """E9: `one` convicts alone, or beside `other`, which is of another configuration."""

    one: Placed
    other: Placed | None = None

    def encode(self) -> bytes:
        other = b"" if self.other is None else self.other.encode()
        return Writer().raw(self.one.encode()).uint(bool(other), 1).raw(other).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(Placed.read(reader), Placed.read(reader) if count(reader, 1) else None)


def misplaced(config: LogConfig, body: Misplaced) -> str:
    """What is wrong with the entries, in words.

    Raises:
        ForgedError: the log did not sign them.
        ProofError: they may stand where they are.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    one, other = body.one, body.other
    one.check(config)
    fault = _fault(one)
    if fault is not None:
        if other is not None:
            raise ProofError("an entry that convicts alone, and another one")
        return fault
    if other is None:
        raise ProofError("an epoch in its place, and none of another configuration beside it")
    other.check(config)
    if _configuration(one) == _configuration(other):
        raise ProofError("two epochs of one configuration")
    return f"it signed epochs {one.index} and {other.index} under different configurations"


def _fault(placed: Placed) -> str | None:
    """Why no log has this entry there; None: one may."""
    try:
        leaf = EpochLeaf.decode(placed.entry)
    except MalformedError as broken:
        return f"entry {placed.index} of the log that it signed is no epoch: {broken}"
    if leaf.epoch != placed.index:
        return f"entry {placed.index} of the log that it signed says that it is epoch {leaf.epoch}"
    return None


def _configuration(placed: Placed) -> bytes:
    return EpochLeaf.decode(placed.entry).config_hash
