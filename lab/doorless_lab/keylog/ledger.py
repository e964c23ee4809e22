"""A key log in memory: honest as long as nobody tells it otherwise.

    submit(record) ──► waiting ── publish(time) ──► epoch: leaf, heads ──► answers
                                     ▲
                   show(label, head) ┘  whatever it is told to show instead

It keeps no map but a head per label for each epoch, so that any history can be shown: a head
that was never added, one that is gone, an old one. What it answers is proven all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from doorless_protocol.log.chain import NO_HEAD, Opened, Step, next_head
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.entry import Chain, EntryProof
from doorless_protocol.log.epoch import Delta, EpochLeaf, next_leaf
from doorless_protocol.log.label import Index, Label, locate
from doorless_protocol.log.map import Path
from doorless_protocol.log.map_update import MemoryMap
from doorless_protocol.log.note import Note
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.proofs import AnchorList, AnchorProof, HeadProof, LookupProof
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import Record
from doorless_protocol.log.tree import MemoryTree, consistency_path, inclusion_path, root

_MS = 1000


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a label, real or made up: what its head is the hash of."""

    number: int
    previous: bytes
    step: Step
    opened: Opened


@dataclass(frozen=True, slots=True)
class Epoch:
    """One state of the log: its leaf, and the head that it shows of each label."""

    leaf: EpochLeaf
    heads: Mapping[Index, bytes]
    deltas: tuple[Delta, ...]


class Witness(Protocol):
    """Somebody whom a log asks to cosign its heads."""

    def cosigned(self, ledger: "Ledger", note: Note) -> Note:
        """The note with a line more, or as it was: refused."""
        ...


class Ledger:
    """The log. `keys` signs whatever it is told to.

    Attributes:
        witness: asked for each new head; a fork asks the same one. None: nobody is.
    """

    def __init__(self, keys: LogKeys, config: LogConfig, time: int) -> None:
        self.keys, self.config = keys, config
        self.tree = MemoryTree()
        self.epochs: list[Epoch] = []
        self.versions: dict[bytes, Version] = {}  # by head
        self.newest: dict[Label, bytes] = {}  # the head that an honest log would show
        self.shown: dict[Label, bytes | None] = {}  # what to show instead, until told otherwise
        self.promised = config.interval  # seconds that a receipt gives it
        self.waiting: list[tuple[Label, int, bytes, Opened]] = []
        self.places: dict[Label, tuple[Index, bytes]] = {}
        self.witness: Witness | None = None
        self._notes: dict[Checkpoint, Note] = {}  # each head is signed once
        self.publish(time)

    # --- writing -------------------------------------------------------------------------------

    def submit(self, record: Record, opening: bytes, time: int) -> Receipt:
        """Take a record for the next epoch, and promise that."""
        opened = Opened(opening, record.encode())
        self.waiting.append((record.label, record.version, record.previous, opened))
        return Receipt.sign(
            self.keys.signer,
            index=self.index(record.label),
            version=record.version,
            commitment=opened.commitment(record.label, record.version),
            accepted_ms=time * _MS,
            due_ms=(time + self.promised) * _MS,
        )

    def publish(self, time: int) -> Epoch:
        """Make the next epoch, with what waits and with what is to be shown."""
        number = len(self.epochs)
        deltas = []
        for label, version, previous, opened in self.waiting:
            head = self.make(label, version, previous, opened, stamp=number)
            self.newest[label] = head
            deltas.append(Delta(self.index(label), opened.commitment(label, version)))
        self.waiting = []
        heads = {self.index(label): head for label, head in self.newest.items()}
        for label, shown in self.shown.items():
            heads.pop(self.index(label), None)
            if shown is not None:
                heads[self.index(label)] = shown
        return self.append(time, heads, sorted(deltas, key=lambda delta: delta.index))

    def append(self, time: int, heads: Mapping[Index, bytes], deltas: Sequence[Delta]) -> Epoch:
        """Put any state into the log as its next epoch."""
        before = self.epochs[-1].leaf if self.epochs else None
        leaf = next_leaf(
            before,
            self.newest_anchor if self.epochs else None,
            max(time * _MS, before.time_ms + 1 if before else 0),  # times in a log only grow
            _map(heads).root,
            len(heads),
            tuple(deltas),
            self.config,
        )
        return self.put(Epoch(leaf, dict(heads), tuple(deltas)))

    def put(self, epoch: Epoch) -> Epoch:
        """Put an epoch into the log as it is, whatever its leaf says."""
        self.tree.append(epoch.leaf.encode())
        self.epochs.append(epoch)
        return epoch

    def make(
        self, label: Label, version: int, previous: bytes, opened: Opened, stamp: int
    ) -> bytes:
        """Make a version with whatever stamp, show it nowhere, and return its head."""
        committed = opened.commitment(label, version)
        head = next_head(self.index(label), version, stamp, previous, committed)
        self.versions[head] = Version(version, previous, Step(stamp, committed), opened)
        return head

    def show(self, label: Label, head: bytes | None) -> None:
        """From the next epoch on show this head; None: that there is no such label."""
        self.shown[label] = head

    def show_truth(self, label: Label) -> None:
        self.shown.pop(label, None)

    def fork(self) -> "Ledger":
        """The same log, and from here on another truth under the same keys."""
        other = self.set_up_as(self.keys, self.config)
        other._notes, other.witness = dict(self._notes), self.witness
        return other

    def set_up_as(self, keys: LogKeys, config: LogConfig) -> "Ledger":
        """The same history in a log that signs with these keys, by these rules.

        Its entries are the same to the byte, if its VRF key is: no head of a label tells it.
        """
        first, *others = self.epochs
        other = Ledger(keys, config, first.leaf.time_ms // _MS)
        for epoch in others:
            other.append(epoch.leaf.time_ms // _MS, epoch.heads, epoch.deltas)
        other.versions, other.newest = dict(self.versions), dict(self.newest)
        other.shown, other.waiting = dict(self.shown), list(self.waiting)
        other.places = dict(self.places)
        return other

    # --- answering -----------------------------------------------------------------------------

    def place(self, label: Label) -> tuple[Index, bytes]:
        """A label's index, and the proof of it."""
        if label not in self.places:
            self.places[label] = locate(self.keys.vrf, label)
        return self.places[label]

    def index(self, label: Label) -> Index:
        return self.place(label)[0]

    @property
    def size(self) -> int:
        return len(self.epochs)

    @property
    def newest_anchor(self) -> EpochLeaf:
        return next(epoch.leaf for epoch in reversed(self.epochs) if epoch.leaf.is_anchor)

    def root(self, size: int | None = None) -> bytes:
        return root(self.tree, size or self.size)

    def note(self, size: int | None = None) -> Note:
        """A signed head, of the newest epoch or of an older one."""
        checkpoint = self.checkpoint(size)
        if checkpoint not in self._notes:
            time = self.epochs[checkpoint.size - 1].leaf.time_ms // _MS
            note = self.keys.signer.sign(checkpoint, time)
            self._notes[checkpoint] = self.witness.cosigned(self, note) if self.witness else note
        return self._notes[checkpoint]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = size or self.size
        return Checkpoint(self.config.origin, size, self.root(size))

    def head(self, old_size: int = 0, size: int | None = None) -> HeadProof:
        size = size or self.size
        leaf = self.epochs[size - 1].leaf
        anchor = None if leaf.is_anchor else self.epochs[leaf.prev_anchor_epoch].leaf
        consistency = consistency_path(self.tree, old_size, size) if 0 < old_size <= size else ()
        inclusion = inclusion_path(self.tree, size - 1, size)
        return HeadProof(self.note(size), leaf, anchor, inclusion, old_size, consistency)

    def entry(self, label: Label, known: int, epoch: int, *, opened: int = 8) -> EntryProof:
        """A label in an epoch, with the versions behind `known`, the newest of them opened."""
        index, location = self.place(label)
        heads = self.epochs[epoch].heads
        path = self.path(index, epoch)
        if index not in heads:
            return EntryProof(location, path, None)
        chain = self.history(heads[index])
        laid = chain[known:] if known < len(chain) else chain[-1:]
        sealed = len(laid) - opened
        steps = tuple(each.step for each in laid)
        records = tuple(each.opened if at >= sealed else None for at, each in enumerate(laid))
        shown = Chain(laid[-1].number, laid[0].previous, steps, records)
        return EntryProof(location, path, shown)

    def path(self, index: Index, epoch: int) -> Path:
        return _map(self.epochs[epoch].heads).prove(index)[0]

    def history(self, head: bytes) -> list[Version]:
        """All versions up to a head, oldest first."""
        found: list[Version] = []
        while head != NO_HEAD:
            found.append(self.versions[head])
            head = found[-1].previous
        return found[::-1]

    def lookup(
        self, label: Label, known: int = 0, old_size: int = 0, size: int | None = None
    ) -> LookupProof:
        size = size or self.size
        return LookupProof(self.head(old_size, size), (self.entry(label, known, size - 1),))

    def anchors(self, after: int, old_size: int = 0) -> tuple[HeadProof, AnchorList]:
        """The anchors with numbers above `after`, up to the newest head."""
        leaves = [e.leaf for e in self.epochs if e.leaf.is_anchor and e.leaf.anchor_no > after]
        path = inclusion_path(self.tree, leaves[-1].epoch, self.size)
        return self.head(old_size), AnchorList(tuple(leaves), path)

    def at_anchor(self, label: Label, number: int, known: int = 0) -> AnchorProof:
        [leaf] = [e.leaf for e in self.epochs if e.leaf.anchor_no == number]
        return AnchorProof(leaf, self.entry(label, known, leaf.epoch, opened=0))

    def records(self, label: Label, after: int) -> dict[int, Opened]:
        """Opened records of the versions behind `after`."""
        head = self.epochs[-1].heads[self.index(label)]
        return {each.number: each.opened for each in self.history(head)[after:]}


def _map(heads: Mapping[Index, bytes]) -> MemoryMap:
    built = MemoryMap()
    built.set({bytes(index): head for index, head in heads.items()})
    return built


def begin(
    seed: bytes, time: int, policy: Policy = NO_WITNESSES, **seconds: int
) -> tuple[Ledger, LogConfig]:
    """A log with keys from a seed of 96 bytes; `seconds` as LogKeys.config has them."""
    keys = LogKeys.from_seed("relay.test/keys", seed)
    config = keys.config(policy, **seconds)
    return Ledger(keys, config, time), config
