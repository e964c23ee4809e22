"""Our own label at every anchor: the check that everybody else's trust rests on.

A contact finds at an anchor what was looked up before it, and we find there what we wrote.
Spec: docs/spec/10-key-log-clients.md §7.6.
"""

from collections.abc import Sequence
from dataclasses import replace

from doorless_protocol.errors import ProofError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import NO_HEAD, Step
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.evidence import Kind, Sightings
from doorless_protocol.log.head import check_next_anchor
from doorless_protocol.log.lookup import Sight, sight_of
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.proofs import AnchorProof
from doorless_protocol.log.sighting import Sighting, Trail, contradiction
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.view import LogView


def anchors_to_check(view: LogView, own: OwnChain) -> range:
    """Numbers of the anchors behind the last one that was checked, as far as we looked.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    reached = [leaf.anchor_no for leaf in view.anchors if leaf.epoch <= own.seen]
    return range(own.checked.anchor_no + 1, max(reached, default=0) + 1)


def check_own(view: LogView, own: OwnChain, anchors: Sequence[AnchorProof]) -> OwnChain:
    """Find our label at anchors as it was in their epochs.

    Args:
        anchors: behind the last one that was checked, in order and none skipped; the last of
            them among those of the view.

    Raises:
        MisconductError: an anchor shows what contradicts our own look (E4).
        ProofError: skipped, not linked, or it does not prove what it says.
        ValueError: we did not look our label up since such an anchor.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    view.check_not_frozen()
    checked = own.checked
    leaves = [anchor.leaf for anchor in anchors]
    check_own_anchors(view, own, leaves)
    for anchor in anchors:
        at = _signed(view, leaves, anchor.leaf)
        check_own_anchor(view.config, own, sight_of(view.config, own.label, at, anchor.entry))
        checked = anchor.leaf
    return replace(own, checked=checked)


def skip_forgotten(view: LogView, own: OwnChain, leaves: Sequence[EpochLeaf]) -> OwnChain:
    """Go past the anchors whose maps the log need not keep any more; tell the person.

    Args:
        leaves: of all anchors behind the last one that was checked, the last of them among
            those of the view.

    Raises:
        ProofError: skipped, not linked, or another log's.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    check_own_anchors(view, own, leaves)
    forgotten = [leaf for leaf in leaves if is_forgotten(view, leaf)]
    return replace(own, checked=forgotten[-1]) if forgotten else own


def is_forgotten(view: LogView, anchor: EpochLeaf) -> bool:
    """Whether it is older than what the log has to keep: by its own time, which is in the log.

    The newest head's time stands for now, since our clock agreed with it. If the last anchor that
    was checked is not so old, none behind it is.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    return anchor.time_ms < view.time_ms - view.config.retention * 1000


def check_own_anchors(view: LogView, own: OwnChain, leaves: Sequence[EpochLeaf]) -> None:
    """That these are the log's anchors, and none is left out.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    before = own.checked
    for leaf in leaves:
        check_next_anchor(before, leaf)
        before = leaf
    if not leaves:
        return
    if before.epoch > own.seen:
        raise ValueError(f"anchor of epoch {before.epoch}, and we looked in {own.seen}")
    if view.anchor(before.anchor_no) != before:
        raise ProofError(f"anchor {before.anchor_no} is not the one that we hold")


def check_own_anchor(config: LogConfig, own: OwnChain, sight: Sight) -> None:
    """That an anchor shows the version that was ours in its epoch, and no other.

    Raises:
        MisconductError: E4, where the answer lays open enough to convict.
        ProofError: it shows something else, and lays open too little.

    Spec: docs/spec/10-key-log-clients.md §7.6.
    """
    expected = own.current_at(sight.shown.epoch)
    if expected is None and own.links and own.links[0].version > 1:
        return  # older than what this device knows of
    head = NO_HEAD if expected is None else expected.head
    if sight.shown.head == head:
        return
    ours = _own_sighting(own)
    if ours is not None and contradiction(ours.place(), sight.shown) is not None:
        raise accusation(Kind.CONTRADICTION, config, Sightings(ours, sight.sighting))
    raise ProofError(f"epoch {sight.shown.epoch} shows another version of our label than ours")


def _own_sighting(own: OwnChain) -> Sighting | None:
    """Our newest look, with every version of ours laid open."""
    if own.sighting is None or own.sighting.trail is None:
        return own.sighting
    trail = own.sighting.trail
    known = {link.version: link for link in own.links}
    before, head, steps = trail.version, trail.head, trail.steps
    while before in known and (before - 1 in known or before == 1):
        link = known[before]
        steps = (Step(link.epoch, link.commitment), *steps)
        before -= 1
        head = known[before].head if before else NO_HEAD
    return replace(own.sighting, trail=Trail(before, head, steps))


def _signed(view: LogView, leaves: Sequence[EpochLeaf], leaf: EpochLeaf) -> SignedLeaf:
    """An anchor under a signed head: from the newest we hold, down through the others."""
    oldest = view.anchors[0]
    if leaf.anchor_no >= oldest.anchor_no:
        return view.signed_anchor(leaf.anchor_no)
    signed = view.signed_anchor(oldest.anchor_no)
    between = [each for each in reversed(leaves) if leaf.epoch <= each.epoch < oldest.epoch]
    return signed.behind(*signed.descent, *between)
