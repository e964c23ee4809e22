"""A whole key log in memory, as small as it can be: for tests of the proofs that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorless_protocol.keys import SigningKey
from doorless_protocol.log import label as labels
from doorless_protocol.log.chain import NO_HEAD, Opened, Step, commitment, next_head
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.entry import Chain, EntryProof
from doorless_protocol.log.epoch import Delta, EpochLeaf, next_leaf
from doorless_protocol.log.label import Label
from doorless_protocol.log.map_update import MemoryMap
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.proofs import HeadProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.tree import MemoryTree, consistency_path, inclusion_path
from doorless_protocol.primitives import sha256

START = 1_800_000_000_000
ACCOUNT = SigningKey.from_seed(bytes(range(64)))


@dataclass
class Versions:
    """The chain of one label."""

    steps: list[Step] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=lambda: [NO_HEAD])


class SmallLog:
    def __init__(self, window: int = 600, policy: Policy = NO_WITNESSES) -> None:
        self.keys = LogKeys.from_seed("relay.example/keys", bytes(range(96)))
        self.config = self.keys.config(policy, window=window)
        self.map, self.tree = MemoryMap(), MemoryTree()
        self.leaves: list[EpochLeaf] = []
        self.deltas: list[Delta] = []
        self.roots: list[bytes] = []
        self.versions: dict[Label, Versions] = {}

    @property
    def anchors(self) -> list[EpochLeaf]:
        return [leaf for leaf in self.leaves if leaf.is_anchor]

    def record(self, label: Label) -> bytes:
        """The next one of the account that every label here belongs to."""
        held = self.versions.get(label, Versions())
        version = len(held.heads)
        kind = RecordKind.UPDATE if version > 1 else RecordKind.CREATE
        manifest = version, sha256(b"manifest %d" % version)
        return Record.sign(ACCOUNT, kind, label, version, held.heads[-1], 5, *manifest).encode()

    def publish(self, *labels: Label, seconds: int | None = None) -> None:
        """An epoch in which each of these has a version more."""
        self.publish_records({label: self.record(label) for label in labels}, seconds)

    def publish_records(self, records: Mapping[Label, bytes], seconds: int | None = None) -> None:
        epoch, deltas, heads = len(self.leaves), [], {}
        for label, record in records.items():
            index, _ = labels.locate(self.keys.vrf, label)
            held = self.versions.setdefault(label, Versions())
            version, opening = len(held.heads), bytes((epoch,)) * 16
            step = Step(epoch, commitment(opening, label, version, record))
            head = next_head(index, version, epoch, held.heads[-1], step.commitment)
            held.steps.append(step)
            held.opened.append(Opened(opening, record))
            held.heads.append(head)
            deltas.append(Delta(index, step.commitment))
            heads[bytes(index)] = head
        self.map.set(heads)
        self.deltas += deltas
        previous, anchor = (self.leaves or [None])[-1], (self.anchors or [None])[-1]
        time_ms = START + 1000 * (epoch if seconds is None else seconds)
        made = self.map.root, self.map.count, sorted(deltas), self.config
        self.leaves.append(next_leaf(previous, anchor, time_ms, *made))
        self.tree.append(self.leaves[-1].encode())
        self.roots.append(self.tree.root)

    def head(self, old_size: int = 0) -> HeadProof:
        size, leaf = self.tree.size, self.leaves[-1]
        checkpoint = Checkpoint(self.config.origin, size, self.tree.root)
        before = [each for each in self.anchors if each.epoch < leaf.epoch]
        return HeadProof(
            self.keys.signer.sign(checkpoint, leaf.time_ms // 1000),
            leaf,
            None if leaf.is_anchor else before[-1],
            inclusion_path(self.tree, size - 1, size),
            old_size,
            consistency_path(self.tree, old_size, size) if old_size else (),
        )

    def entry(self, label: Label, known: int = 0, opened: int = 8) -> EntryProof:
        index, location = labels.locate(self.keys.vrf, label)
        path, value = self.map.prove(index)
        if value is None:
            return EntryProof(location, path, None)
        held = self.versions[label]
        version = len(held.steps)
        first = min(known, version - 1)
        shown = tuple(
            each if at >= version - opened else None for at, each in enumerate(held.opened)
        )
        chain = Chain(version, held.heads[first], tuple(held.steps[first:]), shown[first:])
        return EntryProof(location, path, chain)
