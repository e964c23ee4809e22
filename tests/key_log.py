"""A key log of nameless places, as an auditor sees one; it does wrong where a test says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from operator import itemgetter

from doorless_protocol.log.chain import NO_HEAD, next_head
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.epoch import Delta, EpochLeaf, next_leaf
from doorless_protocol.log.label import Index
from doorless_protocol.log.map_update import MemoryMap
from doorless_protocol.log.note import Note, Vkey
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.replay import Epoch
from doorless_protocol.log.tree import MemoryTree, consistency_path, inclusion_path, root

ORIGIN = "relay.test/keys"
BEGIN_MS = 1_750_000_000_000
HOUR_MS = 3_600_000

Change = Callable[[EpochLeaf], EpochLeaf]


def index_of(name: str) -> Index:
    return Index(sha256(name.encode()).digest())


@dataclass
class Place:
    version: int = 0
    head: bytes = NO_HEAD


class KeyLog:
    """Grows by one epoch with each `publish`."""

    def __init__(self, *, policy: Policy = NO_WITNESSES, seed: int = 3) -> None:
        self.keys = LogKeys.from_seed(ORIGIN, bytes([seed]) * 96)
        self.config: LogConfig = self.keys.config(policy)
        self.epochs: list[Epoch] = []
        self.tree = MemoryTree()
        self._map, self._places = MemoryMap(), dict[Index, Place]()
        self._anchor: EpochLeaf | None = None
        self._notes: dict[int, Note] = {}

    @property
    def vkeys(self) -> tuple[Vkey, ...]:
        return tuple(self.config.vkeys)

    @property
    def size(self) -> int:
        return len(self.epochs)

    def publish(
        self,
        *names: str,
        after_ms: int = HOUR_MS,
        unsaid: Mapping[str, bytes] | None = None,
        signs: Change = lambda leaf: leaf,
    ) -> Epoch:
        """One epoch in which these names change.

        Args:
            unsaid: heads put into the map, whatever the deltas say.
            signs: what it signs in place of the leaf that follows.
        """
        number = self.size
        said = [(index_of(name), sha256(b"%d" % number + name.encode())) for name in names]
        deltas = [
            Delta(index, commitment.digest())
            for index, commitment in sorted(said, key=itemgetter(0))
        ]
        for delta in deltas:
            place = self._places.setdefault(delta.index, Place())
            place.version += 1
            place.head = next_head(delta.index, place.version, number, place.head, delta.commitment)
        heads = {delta.index: self._places[delta.index].head for delta in deltas}
        heads |= {index_of(name): head for name, head in (unsaid or {}).items()}
        self._map.set(heads)
        previous = self.epochs[-1].leaf if self.epochs else None
        later = BEGIN_MS if previous is None else previous.time_ms + max(1, after_ms)
        made = self._map.root, self._map.count, deltas, self.config
        leaf = signs(next_leaf(previous, self._anchor, later, *made))
        if previous is not None and after_ms < 1:  # a log that keeps the rules would refuse
            leaf = replace(leaf, time_ms=previous.time_ms + after_ms)
        self._anchor = leaf if leaf.is_anchor else self._anchor
        self.epochs.append(Epoch(leaf, tuple(deltas)))
        self.tree.append(leaf.encode())
        return self.epochs[-1]

    def busy(self, epochs: int) -> "KeyLog":
        """Some honest epochs: names come and change, some epochs are empty, days go by."""
        for number in range(self.size, self.size + epochs):
            names = {f"n{number * 7 % 11}", f"n{number * 5 % 13}"} if number % 4 else set()
            self.publish(*names)
        return self

    def head_of(self, name: str) -> bytes:
        return self._places[index_of(name)].head

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(ORIGIN, size, root(self.tree, size))

    def note(self, size: int | None = None) -> Note:
        size = size or self.size
        if size not in self._notes:
            self._notes[size] = self.keys.signer.sign(self.checkpoint(size), BEGIN_MS // 1000)
        return self._notes[size]

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        return consistency_path(self.tree, old, size) if 0 < old < size else ()

    def inclusion(self, epoch: int, size: int) -> tuple[bytes, ...]:
        return inclusion_path(self.tree, epoch, size)


def lies(**wrong: object) -> Change:
    """Sign a leaf with some fields put wrong."""
    return lambda leaf: replace(leaf, **wrong)  # type: ignore[arg-type]
