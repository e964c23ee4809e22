"""What a log showed of one label at one epoch: all that is needed to show it to somebody else.

    signed leaf ── map_root ── path ── head ◄── step ◄── step ── (version, head) before them

Two sightings of one label either fit one history or convict the log.
Spec: docs/spec/10-key-log-clients.md §3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import NO_HEAD, Step, walk
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import INDEX_SIZE, Index
from doorless_protocol.log.map import MAX_DEPTH, Leaf, Path, verify_absence, verify_inclusion
from doorless_protocol.log.signed_leaf import SignedLeaf, count

MAX_STEPS = 4096
"""Versions that one sighting lays open. A device list changes a few times a year."""

HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Trail:
    """Consecutive versions of a label's chain: what stood before them, and their steps."""

    version: int  # the last one before the steps, 0 for none
    head: bytes  # of that version
    steps: tuple[Step, ...]

    @property
    def last(self) -> int:
        return self.version + len(self.steps)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sighting says, once it was checked. An absent label has version 0.

    Attributes:
        heads: of the last version and of those before it, as far as they were laid open.
        stamps: the epochs in which they entered the map.
    """

    epoch: int
    version: int
    head: bytes
    heads: Mapping[int, bytes]
    stamps: Mapping[int, int]
    commitments: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A label's place in the map of one epoch; `trail` None: it was not there.

    Integers big-endian (docs/spec/10-key-log-clients.md §3.1):

        signed leaf | 32 index | path | u8 present [u64 version | 32 head | u16 k | k * step]
        path: u8 n | n * (u8 bit, 32 sibling) | u8 other [32 key | 32 value]
        step: u64 epoch | 32 commitment
    """

    at: SignedLeaf
    index: Index
    path: Path
    trail: Trail | None

    @property
    def epoch(self) -> int:
        return self.at.shown.epoch

    def check(self, config: LogConfig) -> Shown:
        """Verify everything, from the signatures down to the stamps.

        Raises:
            ForgedError, ProofError: the log did not sign that it showed this.
        """
        self.at.check(config)
        return self.place()

    def place(self) -> Shown:
        """Verify what is below the leaf: the map's path, the chain and its stamps.

        Raises:
            ProofError: the path does not lead to the leaf's map, or a stamp is to come.
        """
        leaf = self.at.shown
        if self.trail is None:
            verify_absence(self.path, self.index, leaf.map_root)
            return Shown(leaf.epoch, 0, NO_HEAD, {0: NO_HEAD}, {}, {})
        before, steps = self.trail.version, self.trail.steps
        walked = walk(self.index, before, self.trail.head, steps)
        verify_inclusion(self.path, self.index, walked[-1], leaf.map_root)
        if steps[-1].epoch > leaf.epoch:
            raise ProofError(f"version of epoch {steps[-1].epoch} in epoch {leaf.epoch}")
        numbers = range(before + 1, self.trail.last + 1)
        return Shown(
            leaf.epoch,
            self.trail.last,
            walked[-1],
            {before: self.trail.head, **dict(zip(numbers, walked, strict=True))},
            {number: step.epoch for number, step in zip(numbers, steps, strict=True)},
            {number: step.commitment for number, step in zip(numbers, steps, strict=True)},
        )

    def encode(self) -> bytes:
        writer = Writer().raw(self.at.encode()).raw(self.index).raw(encode_path(self.path))
        writer.uint(self.trail is not None, 1)
        return writer.raw(b"" if self.trail is None else encode_trail(self.trail)).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        at, index = SignedLeaf.read(reader), Index(reader.raw(INDEX_SIZE))
        path = read_path(reader)
        return cls(at, index, path, read_trail(reader) if count(reader, 1) else None)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form. Verifies nothing: `check` does."""
        reader = Reader(data, "sighting")
        sighting = cls.read(reader)
        reader.end()
        return sighting


def contradiction(one: Shown, other: Shown) -> str | None:
    """Why no honest log shows both of one label; None: they fit one history.

    A version that entered the map stays there until the next one, for ever after its stamp:
    so a later epoch has the same version with the same head, or a later one whose next
    version entered after the earlier epoch. Spec: docs/spec/10-key-log-clients.md §3.2.
    """
    early, late = sorted((one, other), key=lambda shown: shown.epoch)
    if late.version < early.version:
        return f"version {early.version} of epoch {early.epoch} is gone in epoch {late.epoch}"
    if late.heads.get(early.version, early.head) != early.head:
        return f"version {early.version} of epoch {early.epoch} is another in epoch {late.epoch}"
    return stamp_contradiction(early, late)


def stamp_contradiction(early: Shown, late: Shown) -> str | None:
    """The rule that sees a label rolled back for a while: its chain says when it moved on."""
    for version, stamp in late.stamps.items():
        if version > early.version and stamp <= early.epoch:
            return (
                f"version {version} entered in epoch {stamp},"
                f" and epoch {early.epoch} showed version {early.version}"
            )
    return None


def encode_path(path: Path) -> bytes:
    """Spec: docs/spec/10-key-log-clients.md §3.1."""
    writer = Writer().uint(len(path.steps), 1)
    for bit, sibling in path.steps:
        writer.uint(bit, 1).raw(sibling)
    return writer.uint(path.other is not None, 1).raw(b"".join(path.other or ())).done()


def read_path(reader: Reader) -> Path:
    """Raises MalformedError: another form. Spec: docs/spec/10-key-log-clients.md §3.1."""
    steps = tuple((reader.uint(1), reader.raw(HASH_SIZE)) for _ in range(count(reader, MAX_DEPTH)))
    other = None
    if count(reader, 1):
        other = Leaf(reader.raw(INDEX_SIZE), reader.raw(HASH_SIZE))
    return Path(steps, other)


def encode_trail(trail: Trail) -> bytes:
    """Spec: docs/spec/10-key-log-clients.md §3.1."""
    writer = Writer().uint(trail.version, 8).raw(trail.head).uint(len(trail.steps), 2)
    for step in trail.steps:
        writer.uint(step.epoch, 8).raw(step.commitment)
    return writer.done()


def read_trail(reader: Reader) -> Trail:
    """Raises MalformedError: another form. Spec: docs/spec/10-key-log-clients.md §3.1."""
    version, head, number = reader.number(), reader.raw(HASH_SIZE), reader.uint(2)
    if not 1 <= number <= MAX_STEPS:
        raise MalformedError(f"trail of {number} steps, 1 to {MAX_STEPS} allowed")
    steps = tuple(Step(reader.number(), reader.raw(HASH_SIZE)) for _ in range(number))
    if (version == 0) != (head == NO_HEAD):
        raise MalformedError("trail that begins with a head without a version")
    return Trail(version, head, steps)
