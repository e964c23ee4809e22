"""A bundle that accuses a key log: what it signed, and the configuration that it promised.

    E1 two roots    E2 two leaves    E3 two anchors    E4 contradiction    E5 bad transition
    E6 broken promise    E7 unauthorised    E8 bad epoch (docs/spec/12-witness.md §7)
    E9 misplaced    C1 unconnected, a challenge and no proof

This page is the form alone; verdict.py says what convicts.
Spec: docs/spec/10-key-log-clients.md §8.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import VERIFYING_KEY_SIZE, VerifyingKey
from doorless_protocol.log.chain import OPENING_SIZE, Opened
from doorless_protocol.log.config import MAX_CONFIG, LogConfig
from doorless_protocol.log.epoch import DELTA_SIZE, MAX_DELTAS, Delta, decode_deltas, encode_deltas
from doorless_protocol.log.map import Path
from doorless_protocol.log.misplaced import Misplaced
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.receipt import RECEIPT_SIZE, Receipt
from doorless_protocol.log.record import MAX_RECORD
from doorless_protocol.log.replayed import Replayed
from doorless_protocol.log.sighting import HASH_SIZE, Sighting, encode_path, read_path
from doorless_protocol.log.signed_leaf import SignedLeaf, count

MAX_EVIDENCE = 8 << 20
"""Bytes of a bundle: the deltas of the largest epoch are 4 MiB. Most have less than 20 KB."""

_MAGIC = b"KTEV\x01"


class Kind(Enum):
    """What a bundle shows. Spec: docs/spec/10-key-log-clients.md §8.2."""

    TWO_ROOTS = "E1"
    TWO_LEAVES = "E2"
    TWO_ANCHORS = "E3"
    CONTRADICTION = "E4"
    BAD_TRANSITION = "E5"
    BROKEN_PROMISE = "E6"
    UNAUTHORISED = "E7"
    BAD_EPOCH = "E8"
    MISPLACED = "E9"
    UNCONNECTED = "C1"

    @property
    def convicts(self) -> bool:
        """Whether a bundle of this kind, once it is proven, leaves the log no answer."""
        return self is not Kind.UNCONNECTED


@dataclass(frozen=True, slots=True)
class Notes:
    """Two signed checkpoints: of E1, of the same size; of C1, of different ones."""

    one: Note
    other: Note

    def encode(self) -> bytes:
        writer = Writer().prefixed(self.one.encode(), 2)
        return writer.prefixed(self.other.encode(), 2).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(*(Note.decode(reader.prefixed(2, MAX_NOTE)) for _ in range(2)))


@dataclass(frozen=True, slots=True)
class Leaves:
    """Two signed leaves: of E2, of one epoch; of E3, two anchors with one number."""

    one: SignedLeaf
    other: SignedLeaf

    def encode(self) -> bytes:
        return self.one.encode() + self.other.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(SignedLeaf.read(reader), SignedLeaf.read(reader))


@dataclass(frozen=True, slots=True)
class Sightings:
    """E4: one label, seen twice."""

    one: Sighting
    other: Sighting

    def encode(self) -> bytes:
        return self.one.encode() + self.other.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(Sighting.read(reader), Sighting.read(reader))


@dataclass(frozen=True, slots=True)
class Transition:
    """E5: a label in one epoch, its head in the next one, and all that changed between them.

    `head` is None where the label was gone.
    """

    before: Sighting
    after: SignedLeaf
    path: Path
    head: bytes | None
    deltas: tuple[Delta, ...]

    def encode(self) -> bytes:
        writer = Writer().raw(self.before.encode()).raw(self.after.encode())
        writer.raw(encode_path(self.path)).uint(self.head is not None, 1).raw(self.head or b"")
        return writer.prefixed(encode_deltas(self.deltas), 4).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        before, after, path = Sighting.read(reader), SignedLeaf.read(reader), read_path(reader)
        head = reader.raw(HASH_SIZE) if count(reader, 1) else None
        deltas = decode_deltas(reader.prefixed(4, MAX_DELTAS * DELTA_SIZE))
        return cls(before, after, path, head, tuple(deltas))


@dataclass(frozen=True, slots=True)
class Promise:
    """E6: a signed receipt, and the label after the promised time."""

    receipt: Receipt
    seen: Sighting

    def encode(self) -> bytes:
        return self.receipt.encode() + self.seen.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(Receipt.decode(reader.raw(RECEIPT_SIZE)), Sighting.read(reader))


@dataclass(frozen=True, slots=True)
class Change:
    """E7: two records that follow one another, the first one's key, and its owner's dispute.

    Attributes:
        seen: lays open the versions of both records.
        version: of the later record.
        dispute: encoded record; b"" where the record convicts without the owner's word.
    """

    seen: Sighting
    version: int
    before: Opened
    record: Opened
    key: VerifyingKey
    dispute: bytes

    def encode(self) -> bytes:
        writer = Writer().raw(self.seen.encode()).uint(self.version, 8)
        for opened in (self.before, self.record):
            writer.raw(opened.opening).prefixed(opened.record, 2)
        return writer.raw(self.key.encode()).prefixed(self.dispute, 2).done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        seen, version = Sighting.read(reader), reader.number()
        before, record = (
            Opened(reader.raw(OPENING_SIZE), reader.prefixed(2, MAX_RECORD)) for _ in range(2)
        )
        key = VerifyingKey.decode(reader.raw(VERIFYING_KEY_SIZE))
        return cls(seen, version, before, record, key, reader.prefixed(2, MAX_RECORD))


Body = Notes | Leaves | Sightings | Transition | Promise | Change | Replayed | Misplaced

_BODIES: dict[Kind, type[Body]] = {
    Kind.TWO_ROOTS: Notes,
    Kind.TWO_LEAVES: Leaves,
    Kind.TWO_ANCHORS: Leaves,
    Kind.CONTRADICTION: Sightings,
    Kind.BAD_TRANSITION: Transition,
    Kind.BROKEN_PROMISE: Promise,
    Kind.UNAUTHORISED: Change,
    Kind.BAD_EPOCH: Replayed,
    Kind.MISPLACED: Misplaced,
    Kind.UNCONNECTED: Notes,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bundle. Integers big-endian (docs/spec/10-key-log-clients.md §8.1):

    offset  size  field
         0     4  "KTEV"
         4     1  version of this form, 1
         5     2  kind     "E1" to "E9", or "C1"
         7     2  length of the configuration
         9        config   of the log, in its canonical form
                  body     as the kind says
    """

    kind: Kind
    config: LogConfig
    body: Body

    kinds: ClassVar = {kind.value.encode(): kind for kind in Kind}

    def encode(self) -> bytes:
        if type(self.body) is not _BODIES[self.kind]:
            raise ValueError(f"{type(self.body).__name__} is not the body of {self.kind.value}")
        writer = Writer().raw(_MAGIC).raw(self.kind.value.encode())
        return writer.prefixed(self.config.encode(), 2).raw(self.body.encode()).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a bundle in its one form. Verifies nothing: verdict.verify does.

        Raises:
            MalformedError: another form, or more than MAX_EVIDENCE bytes.
        """
        if len(data) > MAX_EVIDENCE:
            raise MalformedError(f"evidence of {len(data)} bytes, at most {MAX_EVIDENCE}")
        reader = Reader(data, "evidence")
        reader.exactly(_MAGIC, "form: it is no evidence of a key log")
        kind = cls.kinds.get(reader.raw(2))
        if kind is None:
            raise MalformedError("evidence of an unknown kind")
        config = LogConfig.decode(reader.prefixed(2, MAX_CONFIG))
        body = _BODIES[kind].read(reader)
        reader.end()
        return cls(kind, config, body)
