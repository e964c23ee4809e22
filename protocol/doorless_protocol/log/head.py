"""Following a log: each head continues the one before, and no anchor is skipped.

Spec: docs/spec/10-key-log-clients.md §5.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doorless_protocol.errors import ProofError, StaleLogError, UnwitnessedError
from doorless_protocol.log.accuse import accusation, challenge
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf, check_anchor_link
from doorless_protocol.log.evidence import Kind, Notes
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.proofs import AnchorList, HeadProof
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.view import MAX_ANCHORS, LogView

_MS = 1000


def accept_head(view: LogView, proof: HeadProof, now: int) -> LogView:
    """Go on to a head of the log.

    Args:
        proof: asked for with `view.size`.
        now: our clock, Unix seconds.

    Raises:
        FrozenLogError: this log was convicted before.
        ForgedError, ProofError: it does not prove what it says.
        StaleLogError: shorter than ours, or not of now, or its anchors stopped.
        UnconnectedError: signed, and not shown to continue what we hold.
        MisconductError: signed, and another log of the size that we hold, or one that ends with
            what cannot stand there.

    Spec: docs/spec/10-key-log-clients.md §5.1.
    """
    view.check_not_frozen()
    check_belongs(view, proof.newest)
    checkpoint = proof.check(view.config)
    check_continues(view, proof, checkpoint)
    check_clock(view.config, proof.leaf, now)
    check_anchor_age(view.config, proof.leaf, proof.latest_anchor)
    return replace(
        view,
        note=proof.note,
        size=checkpoint.size,
        root=checkpoint.root,
        time_ms=proof.leaf.time_ms,
        quorum_at=quorum_at(view, proof, now),
        latest_anchor=proof.latest_anchor.hash,
    )


def check_belongs(view: LogView, placed: Placed) -> None:
    """Accuse a log that signed, at a place, an epoch that cannot stand there.

    Raises:
        MisconductError: one of another place, or of another configuration than what we hold.
        ForgedError, ProofError: the same, and it convicts nobody: the log did not sign it there, or
            we hold nothing to show beside it.

    Spec: docs/spec/10-key-log-clients.md §5.1.
    """
    leaf = EpochLeaf.decode(placed.entry)
    if leaf.epoch != placed.index:
        raise accusation(Kind.MISPLACED, view.config, Misplaced(placed))
    if leaf.config_hash != view.config.hash:
        held = None if view.anchored is None else Placed.of(view.anchored)
        raise accusation(Kind.MISPLACED, view.config, Misplaced(placed, held))


def check_continues(view: LogView, proof: HeadProof, checkpoint: Checkpoint) -> None:
    """That a head is ours or continues it. Spec: docs/spec/10-key-log-clients.md §5.1."""
    if view.note is None:
        return
    if checkpoint.size == view.size and checkpoint.root != view.root:
        raise accusation(Kind.TWO_ROOTS, view.config, Notes(view.note, proof.note))
    if checkpoint.size < view.size:
        raise StaleLogError(f"log of {checkpoint.size} epochs, and we hold {view.size}")
    if checkpoint.size == view.size:
        return
    if proof.old_size != view.size:
        raise ProofError(f"consistency from {proof.old_size}, and we hold {view.size}")
    try:
        proof.check_consistency(view.root)
    except ProofError:
        raise challenge(view.config, view.note, proof.note) from None
    if proof.leaf.time_ms <= view.time_ms:
        raise ProofError("a later epoch of an earlier time")


def check_clock(config: LogConfig, leaf: EpochLeaf, now: int) -> None:
    """Raises StaleLogError: not of now. Spec: docs/spec/10-key-log-clients.md §5.2."""
    behind = now - leaf.time_ms // _MS
    if behind > config.max_behind:
        raise StaleLogError(f"head of {behind} s ago, at most {config.max_behind} allowed")
    if -behind > config.max_ahead:
        raise StaleLogError(f"head {-behind} s ahead of our clock: check the clock")


def check_anchor_age(config: LogConfig, leaf: EpochLeaf, anchor: EpochLeaf) -> None:
    """Raises StaleLogError: anchors stopped. Spec: docs/spec/10-key-log-clients.md §5.2."""
    age, window = leaf.time_ms - anchor.time_ms, config.window * _MS
    if 2 * age > 3 * window:
        raise StaleLogError(f"latest anchor is {age // _MS} s old: anchors have stopped")
    if not leaf.is_anchor and leaf.time_ms // window > anchor.time_ms // window:
        raise ProofError(f"epoch {leaf.epoch} had to be an anchor")


def quorum_at(view: LogView, proof: HeadProof, now: int) -> int:
    """When the quorum was there last. Spec: docs/spec/10-key-log-clients.md §5.3."""
    try:
        view.config.policy.check(proof.note)
    except UnwitnessedError:
        return view.quorum_at
    return now


def accept_anchors(view: LogView, head: HeadProof, listed: AnchorList, now: int) -> LogView:
    """Go on to a head, and to the anchors up to it; a long absence takes several answers.

    Who knows no anchor yet takes the newest one as the base to check from.

    Args:
        listed: those behind `view.newest_anchor`, none skipped.

    Raises:
        ProofError: an anchor is skipped, not linked, or not in the log.
        ...: what accept_head raises.

    Spec: docs/spec/10-key-log-clients.md §5.4.
    """
    follows = accept_head(view, head, now)
    if not listed.leaves:
        raise ProofError("no anchors in the answer")
    known = view.newest_anchor
    check_linked(known, listed.leaves)
    check_windows(view.config, listed.leaves if known is None else (known, *listed.leaves))
    newest = SignedLeaf(head.note, listed.leaves[-1], listed.inclusion)
    check_belongs(view, Placed.of(newest))
    newest.check(view.config)
    anchors = (*view.anchors, *listed.leaves)[-MAX_ANCHORS:]
    return replace(follows, anchors=anchors, anchored=newest)


def check_linked(known: EpochLeaf | None, leaves: Sequence[EpochLeaf]) -> None:
    """That each links to the one before, from ours on, and that the numbers have no gap.

    Raises:
        ProofError: one is skipped, or is no anchor.

    Spec: docs/spec/10-key-log-clients.md §5.4.
    """
    if not leaves[0].is_anchor:
        raise ProofError(f"epoch {leaves[0].epoch} is no anchor")
    if known is not None:
        check_next_anchor(known, leaves[0])
    for before, leaf in pairwise(leaves):
        check_next_anchor(before, leaf)


def check_windows(config: LogConfig, anchors: Sequence[EpochLeaf]) -> None:
    """Raises ProofError: two anchors of one window.

    With one in each epoch, a log would be through with what an anchor gives time for in a minute:
    keys that replaced others would count as undisputed, and the anchors that two people could
    compare would be forgotten.

    Spec: docs/spec/10-key-log-clients.md §5.4.
    """
    window = config.window * _MS
    for before, leaf in pairwise(anchors):
        if leaf.time_ms // window <= before.time_ms // window:
            raise ProofError(f"anchor {leaf.anchor_no} in the window of the one before")


def check_next_anchor(before: EpochLeaf, leaf: EpochLeaf) -> None:
    """Raises ProofError: not the next anchor. Spec: docs/spec/10-key-log-clients.md §5.4."""
    if leaf.anchor_no != before.anchor_no + 1:
        raise ProofError(f"anchor {leaf.anchor_no} after anchor {before.anchor_no}")
    check_anchor_link(before, leaf)
