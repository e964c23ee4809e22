"""What an answer proves of one label: where it stands, what is there, and how that came to be.

    VRF proof ─► index ─► path in the map ─► head ◄─ steps of the chain ◄─ opened records

Or, by the same path, that nothing is there. Nothing but such a proof means that a label is
absent. Spec: docs/spec/09-key-log.md §8.2.
"""

from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import (
    COMMITMENT_SIZE,
    HEAD_SIZE,
    NO_HEAD,
    OPENING_SIZE,
    Opened,
    Step,
    walk,
)
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Index, Label, located, verify_location
from doorless_protocol.log.map import (
    HASH_SIZE,
    KEY_SIZE,
    MAX_DEPTH,
    VALUE_SIZE,
    Leaf,
    Path,
    verify_absence,
    verify_inclusion,
)
from doorless_protocol.log.record import MAX_RECORD, MAX_VERSION, Record
from doorless_protocol.log.vrf import PROOF_SIZE

MAX_STEPS = 512
"""Versions in one proof: those of an account that changes daily for a year, and more."""

MAX_OPENED = 8
"""Records in one proof, 29 KB of a frame's 68."""

_EMPTY, _PRESENT, _ABSENT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Chain:
    """The newest versions of a label, up to the one whose head the map holds.

    Attributes:
        version: the newest.
        previous: the head before the first of `steps`.
        steps: at least one, oldest first.
        opened: beside each step, what opens it, or None.
    """

    version: int
    previous: bytes
    steps: tuple[Step, ...]
    opened: tuple[Opened | None, ...]

    @property
    def before(self) -> int:
        """The version that `previous` is the head of; 0 if the label began here."""
        return self.version - len(self.steps)


@dataclass(frozen=True, slots=True)
class Entry:
    """What an EntryProof proved of a label.

    Attributes:
        heads: of the chain, after each version from `before` + 1 on; the last is in the map.
        records: opened ones, which fit their commitments; their signatures are not checked.
    """

    index: Index
    before: int
    version: int
    heads: tuple[bytes, ...]
    steps: tuple[Step, ...]
    records: tuple[Record | None, ...]

    @property
    def head(self) -> bytes:
        return self.heads[-1]


@dataclass(frozen=True, slots=True)
class EntryProof:
    """One label in one version of the map. The table of its bytes: docs/spec/09-key-log.md §8.2.

    Attributes:
        location: the VRF's proof.
        chain: None: the label is absent.
    """

    location: bytes
    path: Path
    chain: Chain | None

    def check(self, config: LogConfig, label: Label, map_root: bytes) -> Entry | None:
        """Verify all of it against a map root that was verified.

        Returns:
            what is there; None: the label is absent.

        Raises:
            ProofError: the place, the path, the chain or a record does not fit.
            MalformedError: what was committed to is no record.

        Spec: docs/spec/09-key-log.md §8.2.
        """
        index = verify_location(config.vrf, label, self.location)
        if self.chain is None:
            verify_absence(self.path, index, map_root)
            return None
        chain = self.chain
        heads = walk(index, chain.before, chain.previous, chain.steps)
        verify_inclusion(self.path, index, heads[-1], map_root)
        records: list[Record | None] = []
        for at, (step, opened) in enumerate(zip(chain.steps, chain.opened, strict=True)):
            version, previous = chain.before + 1 + at, (chain.previous, *heads)[at]
            records.append(
                None if opened is None else open_record(opened, label, version, previous, step)
            )
        return Entry(index, chain.before, chain.version, heads, chain.steps, tuple(records))

    def newest(self) -> Self:
        """The same with the last step of the chain alone, for whom the past is of no use."""
        chain = self.chain
        if chain is None or len(chain.steps) == 1:
            return self
        index = located(self.location)
        previous = walk(index, chain.before, chain.previous, chain.steps)[-2]
        last = Chain(chain.version, previous, chain.steps[-1:], chain.opened[-1:])
        return type(self)(self.location, self.path, last)

    def encode(self) -> bytes:
        writer = Writer().raw(self.location).uint(len(self.path.steps), 1)
        for bit, sibling in self.path.steps:
            writer.uint(bit, 1).raw(sibling)
        if self.chain is not None:
            return write_chain(writer.uint(_PRESENT, 1), self.chain).done()
        if self.path.other is None:
            return writer.uint(_EMPTY, 1).done()
        other = self.path.other
        return writer.uint(_ABSENT, 1).raw(other.key).raw(other.value).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form. Nothing is verified before `check`."""
        reader = Reader(data, "proof of a label")
        location = reader.raw(PROOF_SIZE)
        steps = tuple(
            (reader.uint(1), reader.raw(HASH_SIZE)) for _ in range(read_count(reader, 1, MAX_DEPTH))
        )
        kind, other, chain = reader.uint(1), None, None
        if kind == _PRESENT:
            chain = read_chain(reader)
        elif kind == _ABSENT:
            other = Leaf(reader.raw(KEY_SIZE), reader.raw(VALUE_SIZE))
        elif kind != _EMPTY or steps:
            raise MalformedError(f"proof of a label of kind {kind} with {len(steps)} steps")
        reader.end()
        return cls(location, Path(steps, other), chain)


def open_record(opened: Opened, label: Label, version: int, previous: bytes, step: Step) -> Record:
    """Take a record as the one that a chain commits to. Its signature is not checked.

    Args:
        previous: the head of the chain before `version`.

    Raises:
        ProofError: the commitment is another one, or the record says that it is.
        MalformedError: it is no record.

    Spec: docs/spec/09-key-log.md §8.5.
    """
    if opened.commitment(label, version) != step.commitment:
        raise ProofError(f"record that the chain does not commit to in version {version}")
    record = Record.decode(opened.record)
    if (record.label, record.version, record.previous) != (label, version, previous):
        raise ProofError(f"record that stands at another place than version {version}")
    return record


def write_chain(writer: Writer, chain: Chain) -> Writer:
    writer.uint(chain.version, 8).raw(chain.previous).uint(len(chain.steps), 2)
    for step, opened in zip(chain.steps, chain.opened, strict=True):
        writer.uint(step.epoch, 8).raw(step.commitment).uint(opened is not None, 1)
        if opened is not None:
            write_opened(writer, opened)
    return writer


def read_chain(reader: Reader) -> Chain:
    """Raises MalformedError: no chain that could be."""
    version, previous = reader.number(), reader.raw(HEAD_SIZE)
    count = read_count(reader, 2, MAX_STEPS)
    steps, opened = [], []
    for _ in range(count):
        steps.append(Step(reader.number(), reader.raw(COMMITMENT_SIZE)))
        opened.append(read_opened(reader) if read_flag(reader) else None)
    if not 1 <= count <= version <= MAX_VERSION:
        raise MalformedError(f"chain of {count} steps up to version {version}")
    if (version == count) != (previous == NO_HEAD):
        raise MalformedError("chain that begins at a wrong head")
    if sum(each is not None for each in opened) > MAX_OPENED:
        raise MalformedError(f"chain with more than {MAX_OPENED} records")
    return Chain(version, previous, tuple(steps), tuple(opened))


def write_opened(writer: Writer, opened: Opened) -> Writer:
    return writer.raw(opened.opening).prefixed(opened.record, 2)


def read_opened(reader: Reader) -> Opened:
    return Opened(reader.raw(OPENING_SIZE), reader.prefixed(2, MAX_RECORD))


def read_flag(reader: Reader) -> bool:
    """Raises MalformedError: neither 0 nor 1."""
    return read_count(reader, 1, 1) == 1


def read_count(reader: Reader, size: int, at_most: int) -> int:
    """Raises MalformedError: more than there may be."""
    number = reader.uint(size)
    if number > at_most:
        raise MalformedError(f"{number} of what there may be {at_most}")
    return number
