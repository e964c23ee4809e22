"""What follows from an epoch's changes, and whether the log says the same. Values only.

    state ── leaf and deltas of the next epoch ──► state of that epoch
      │        every changed label: head' = H(index, version + 1, epoch, head, commitment)
      └── ProofError: the leaf does not say what follows; signed, it convicts the log

Spec: docs/spec/12-witness.md §6.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorless_protocol.errors import ProofError
from doorless_protocol.log.chain import NO_HEAD, next_head
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import Delta, EpochLeaf, check_deltas, check_step
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import MapReader, Node, Ref, root_hash
from doorless_protocol.log.map_update import update


class Link(NamedTuple):
    """The newest version of a label's chain: what its head is the hash of."""

    version: int
    epoch: int
    previous: bytes
    commitment: bytes

    def head(self, index: Index) -> bytes:
        return next_head(index, self.version, self.epoch, self.previous, self.commitment)


@dataclass(frozen=True, slots=True)
class State:
    """Everything up to an epoch, as far as the next one depends on it.

    Attributes:
        leaf: of the newest epoch; None before the first.
        anchor: the newest anchor up to there.
        map_root: of the map under `leaf`.
        next_id: of the next node of the map.
    """

    leaf: EpochLeaf | None = None
    anchor: EpochLeaf | None = None
    map_root: Ref | None = None
    next_id: int = 1

    @property
    def size(self) -> int:
        """Epochs."""
        return 0 if self.leaf is None else self.leaf.epoch + 1


@dataclass(frozen=True, slots=True)
class Step:
    """One epoch on: the state that follows, and what of the store changes with it."""

    state: State
    links: Mapping[Index, Link]
    nodes: Sequence[tuple[int, Node]]
    stale: Sequence[int]


@dataclass(frozen=True, slots=True)
class Epoch:
    """What a log tells an auditor of an epoch."""

    leaf: EpochLeaf
    deltas: tuple[Delta, ...]

    def check(self) -> None:
        """Are these the deltas of this leaf? If not, we were told wrong; that convicts nobody.

        Raises:
            ProofError: they are not.

        Spec: docs/spec/12-witness.md §6.1.
        """
        check_deltas(self.leaf, self.deltas)


def follow(
    state: State,
    epoch: Epoch,
    config: LogConfig,
    nodes: MapReader,
    link: Callable[[Index], Link | None],
) -> Step:
    """Take the step to the next epoch, whose deltas were checked.

    Args:
        nodes: the map under `state`.
        link: the newest link of a label under `state`; None where there is none.

    Raises:
        ProofError: the leaf breaks a rule of the log, or its map is another than what follows.

    Spec: docs/spec/12-witness.md §6.2.
    """
    leaf = epoch.leaf
    check_step(state.leaf, state.anchor, leaf, config)
    links = {delta.index: _next(delta, link(delta.index), leaf.epoch) for delta in epoch.deltas}
    heads: dict[bytes, bytes] = {index: each.head(index) for index, each in links.items()}
    updated = update(nodes, state.map_root, heads, state.next_id)
    before = 0 if state.leaf is None else state.leaf.map_count
    check_map(leaf, root_hash(updated.root), before + updated.added)
    return Step(
        State(leaf, leaf if leaf.is_anchor else state.anchor, updated.root, updated.next_id),
        links,
        updated.nodes,
        updated.stale,
    )


def check_map(leaf: EpochLeaf, root: bytes, count: int) -> None:
    """Raises ProofError if the log signed another map than the one that its changes lead to.

    Spec: docs/spec/12-witness.md §6.2.
    """
    if leaf.map_root != root:
        raise ProofError("the map is not what its changes lead to")
    if leaf.map_count != count:
        raise ProofError(f"a map of {leaf.map_count} labels, its changes lead to {count}")


def _next(delta: Delta, link: Link | None, epoch: int) -> Link:
    if link is None:
        return Link(1, epoch, NO_HEAD, delta.commitment)
    return Link(link.version + 1, epoch, link.head(delta.index), delta.commitment)
