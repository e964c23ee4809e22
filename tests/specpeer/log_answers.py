"""What a key log answers, taken apart. docs/spec/09-key-log.md §8. Nothing here is verified."""

from dataclasses import dataclass

from specpeer.crypto import sha256
from specpeer.edwards import located
from specpeer.manifests import Head as ManifestHead
from specpeer.wire import Cursor, u8, u16, u32, u64

LEAF, HASH, ROOM = 172, 32, 11_264


def _path(at: Cursor) -> bytes:
    """With its length before it."""
    count = at.uint(1)
    return u8(count) + at.take(HASH * count)


@dataclass
class Leaf:
    """§5.2."""

    encoded: bytes

    @property
    def epoch(self) -> int:
        return int.from_bytes(self.encoded[4:12])

    @property
    def anchor(self) -> int:
        """Its number; 0: this is none."""
        return int.from_bytes(self.encoded[96:100])

    @property
    def hash(self) -> bytes:
        return sha256(b"\0" + self.encoded)


@dataclass
class Head:
    """§8.1."""

    note: bytes
    leaf: Leaf
    anchor: bytes  # with the byte that says whether it is there
    inclusion: bytes

    @property
    def size(self) -> int:
        return self.leaf.epoch + 1

    @classmethod
    def read(cls, at: Cursor) -> "Head":
        note, leaf = at.take(at.uint(2)), Leaf(at.take(LEAF))
        present = at.uint(1)
        head = cls(note, leaf, u8(present) + at.take(LEAF * present), _path(at))
        at.number()
        _path(at)
        at.end()
        return head

    def without_past(self) -> bytes:
        said = u16(len(self.note)) + self.note + self.leaf.encoded + self.anchor
        return said + self.inclusion + u64(0) + u8(0)


@dataclass
class Entry:
    """§8.2. `version` 0: nobody is called so."""

    encoded: bytes
    version: int
    head: bytes
    steps: int

    @classmethod
    def read(cls, encoded: bytes) -> "Entry":
        at = Cursor(encoded)
        location = at.take(80)
        at.take(at.uint(1) * (1 + HASH))
        if at.uint(1) != 1:
            return cls(encoded, 0, bytes(HASH), 0)
        version, head, count = at.number(), at.take(HASH), at.uint(2)
        for place in range(version - count + 1, version + 1):
            epoch, commitment = at.number(), at.take(HASH)
            if at.uint(1):
                at.take(16)
                at.take(at.uint(2))
            named = located(location) + u64(place) + u64(epoch)
            head = sha256(b"kt-head/v1" + named + head + commitment)
        at.end()
        return cls(encoded, version, head, count)


@dataclass
class Looked:
    """The answer to a lookup of one label. §8.3."""

    head: Head
    entry: Entry

    @classmethod
    def decode(cls, data: bytes) -> "Looked":
        at = Cursor(data)
        head = Head.read(Cursor(at.take(at.uint(2))))
        at.expect(u8(1), "more than one label")
        entry = Entry.read(at.take(at.uint(4)))
        at.end()
        return cls(head, entry)

    def compact(self) -> bytes:
        """What of it a first contact carries. §8.6, of a log without witnesses."""
        if self.entry.steps != 1:
            raise ValueError("a chain of which more than the newest step came along")
        head, entry = self.head.without_past(), self.entry.encoded
        said = u16(len(head)) + head + u8(1) + u32(len(entry)) + entry
        return said if len(said) <= ROOM else b""


@dataclass
class Anchors:
    """Anchors in a row, and the head that the last one is in. §8.4."""

    leaves: list[Leaf]
    inclusion: bytes
    head: Head

    @classmethod
    def decode(cls, data: bytes) -> "Anchors":
        at = Cursor(data)
        leaves = [Leaf(at.take(LEAF)) for _ in range(at.uint(2))]
        return cls(leaves, _path(at), Head.read(Cursor(at.rest())))

    def signed(self) -> bytes:
        """The newest as a signed leaf. docs/spec/10-key-log-clients.md §2.1."""
        note = self.head.note
        return u16(len(note)) + note + self.leaves[-1].encoded + self.inclusion + u8(0)


@dataclass
class Record:
    """What a label stands for from now on. §3.2."""

    kind: int
    label: str
    version: int
    previous: bytes
    milliseconds: int

    def naming(self, head: ManifestHead) -> bytes:
        """The bytes that are signed."""
        said = b"KTR1" + u8(self.kind) + u16(len(self.label)) + self.label.encode()
        said += u64(self.version) + self.previous + u64(self.milliseconds)
        return said + head.account + u64(head.version) + head.hash + u32(0)
