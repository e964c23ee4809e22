"""An epoch of the key log, up to the signatures that vouch for it.

    note ── root ── path ── leaf ── prev_anchor_hash ── anchor ── prev_anchor_hash ── anchor
                                    └──────────────── descent ───────────────────────┘

Whoever has the log's keys can check it, and needs nothing else. The descent leads to older
anchors without a path of their own: each anchor names the one before by its hash.
Spec: docs/spec/10-key-log-clients.md §2.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import LEAF_SIZE, EpochLeaf, check_anchor_link
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signing import verify_log

MAX_PATH = 63  # hashes, of a log with 2^63 leaves
MAX_DESCENT = 255  # anchors, eight months of them


@dataclass(frozen=True, slots=True)
class SignedLeaf:
    """A leaf, its path to a signed checkpoint, and older anchors behind it.

    Integers big-endian (docs/spec/10-key-log-clients.md §2.1):

        lp16 note | 172 leaf | u8 n | n * 32 path | u8 m | m * 172 descent
    """

    note: Note
    leaf: EpochLeaf
    path: tuple[bytes, ...]
    descent: tuple[EpochLeaf, ...] = ()

    @property
    def shown(self) -> EpochLeaf:
        """The leaf that this is about: the end of the descent."""
        return self.descent[-1] if self.descent else self.leaf

    def check(self, config: LogConfig) -> Checkpoint:
        """Verify everything, and give the checkpoint that was signed.

        Raises:
            ForgedError: a signature of the log is missing or wrong.
            ProofError: the leaf is not in the log, is of another log, or a link is broken.
        """
        checkpoint = signed_checkpoint(self.note, config)
        leaf, epoch = self.leaf.encode(), self.leaf.epoch
        merkle.verify_inclusion(leaf, epoch, checkpoint.size, self.path, checkpoint.root)
        for each in (self.leaf, *self.descent):
            if each.config_hash != config.hash:
                raise ProofError(f"epoch {each.epoch} was made under another configuration")
        for later, anchor in pairwise((self.leaf, *self.descent)):
            check_anchor_link(anchor, later)
        return checkpoint

    def behind(self, *anchors: EpochLeaf) -> Self:
        """The same, with a descent to older anchors, newest first."""
        return type(self)(self.note, self.leaf, self.path, anchors)

    def encode(self) -> bytes:
        """Raises ProofError: an anchor too far behind the signed one to be shown to anybody."""
        if len(self.descent) > MAX_DESCENT:
            raise ProofError(f"{len(self.descent)} anchors behind the signed one")
        writer = Writer().prefixed(self.note.encode(), 2).raw(self.leaf.encode())
        writer.uint(len(self.path), 1).raw(b"".join(self.path)).uint(len(self.descent), 1)
        return writer.raw(b"".join(leaf.encode() for leaf in self.descent)).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        note = Note.decode(reader.prefixed(2, MAX_NOTE))
        leaf = EpochLeaf.decode(reader.raw(LEAF_SIZE))
        path = tuple(reader.raw(merkle.HASH_SIZE) for _ in range(count(reader, MAX_PATH)))
        descent = tuple(
            EpochLeaf.decode(reader.raw(LEAF_SIZE)) for _ in range(count(reader, MAX_DESCENT))
        )
        return cls(note, leaf, path, descent)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form. Verifies nothing: `check` does."""
        reader = Reader(data, "signed leaf")
        signed = cls.read(reader)
        reader.end()
        return signed


def signed_checkpoint(note: Note, config: LogConfig) -> Checkpoint:
    """The checkpoint that this log signed, with both of its keys.

    Raises:
        ForgedError: a signature of the log is missing or wrong, or it is another log's.

    Spec: docs/spec/10-key-log-clients.md §2.
    """
    return verify_log(note, *config.vkeys)


def count(reader: Reader, at_most: int) -> int:
    """A number of items in one byte. Raises MalformedError: more than there may be."""
    number = reader.uint(1)
    if number > at_most:
        raise MalformedError(f"{number} items, at most {at_most}")
    return number
