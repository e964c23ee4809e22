"""What convicts a key log: small enough to read aloud.

A bundle is proven when the log's pinned keys signed what no honest log signs. Nothing else is
trusted: not who sent the bundle, not a clock, not the network.
Spec: docs/spec/10-key-log-clients.md §8.3.
"""

from collections.abc import Collection
from dataclasses import dataclass

from doorless_protocol.errors import DoorlessError, ForgedError, ProofError, UnpinnedError
from doorless_protocol.keys import account_id
from doorless_protocol.log.chain import NO_HEAD, next_head
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import delta_root
from doorless_protocol.log.evidence import (
    Change,
    Evidence,
    Kind,
    Leaves,
    Notes,
    Promise,
    Sightings,
    Transition,
)
from doorless_protocol.log.map import verify_absence, verify_inclusion
from doorless_protocol.log.misplaced import Misplaced, misplaced
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.replayed import bad_epoch
from doorless_protocol.log.sighting import contradiction
from doorless_protocol.log.signed_leaf import signed_checkpoint


@dataclass(frozen=True, slots=True)
class Proven:
    """The log `origin`, whose configuration has this hash, is convicted of `what`.

    `is_challenge`: not convicted. It signed two heads that somebody could not connect; it can
    still answer, and anybody can ask it to.
    """

    kind: Kind
    origin: str
    config_hash: bytes
    what: str
    is_challenge: bool = False


def verify(data: bytes, pins: Collection[str]) -> Proven:
    """Judge a bundle by keys that the reader already trusts to be the log's.

    Args:
        pins: the log's verifier keys as C2SP writes them, both of them; or the hash of its
            configuration, 64 hex digits.

    Raises:
        MalformedError: no bundle in its one form.
        UnpinnedError: it rests on keys that are not pinned.
        ForgedError: the log did not sign it.
        ProofError: the log signed it, and it convicts of nothing.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    evidence = Evidence.decode(data)
    config = evidence.config
    check_pinned(config, pins)
    what, challenge = judge(evidence), not evidence.kind.convicts
    return Proven(evidence.kind, config.origin, config.hash, what, challenge)


def check_pinned(config: LogConfig, pins: Collection[str]) -> None:
    """Raises UnpinnedError: neither the configuration nor both of its keys are pinned.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    if config.hash.hex() in pins or {key.encode() for key in config.vkeys} <= set(pins):
        return
    raise UnpinnedError(
        f"evidence against {config.origin!r} rests on keys that are not pinned;"
        f" their configuration has the hash {config.hash.hex()}"
    )


def judge(evidence: Evidence) -> str:
    """Say what the bundle proves, under its own configuration.

    Raises:
        ForgedError: the log did not sign it.
        ProofError: it proves nothing.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    config, body = evidence.config, evidence.body
    match body:
        case Notes():
            if evidence.kind is Kind.TWO_ROOTS:
                return two_roots(config, body)
            return unconnected(config, body)
        case Leaves():
            if evidence.kind is Kind.TWO_LEAVES:
                return two_leaves(config, body)
            return two_anchors(config, body)
        case Sightings():
            return contradicting(config, body)
        case Transition():
            return bad_transition(config, body)
        case Promise():
            return broken_promise(config, body)
        case Change():
            return unauthorised(config, body)
        case Misplaced():
            return misplaced(config, body)
    return bad_epoch(config, body)


def two_roots(config: LogConfig, body: Notes) -> str:
    """E1. Spec: docs/spec/10-key-log-clients.md §8.3."""
    one, other = (signed_checkpoint(note, config) for note in (body.one, body.other))
    if one.size != other.size or one.root == other.root:
        raise ProofError("checkpoints of different sizes, or with one root")
    return f"it signed two different logs of {one.size} epochs"


def unconnected(config: LogConfig, body: Notes) -> str:
    """C1. Spec: docs/spec/10-key-log-clients.md §8.3."""
    one, other = (signed_checkpoint(note, config) for note in (body.one, body.other))
    if one.size == other.size:
        raise ProofError("checkpoints of one size are the same, or E1")
    low, high = sorted((one.size, other.size))
    return (
        f"it signed logs of {low} and of {high} epochs, and did not show that the second"
        f" continues the first: ask it for a consistency proof from {low} to {high}"
    )


def two_leaves(config: LogConfig, body: Leaves) -> str:
    """E2. Spec: docs/spec/10-key-log-clients.md §8.3."""
    for signed in (body.one, body.other):
        signed.check(config)
    one, other = body.one.shown, body.other.shown
    if one.epoch != other.epoch or one == other:
        raise ProofError("leaves of different epochs, or the same")
    return f"it signed two different states as epoch {one.epoch}"


def two_anchors(config: LogConfig, body: Leaves) -> str:
    """E3. Spec: docs/spec/10-key-log-clients.md §8.3."""
    for signed in (body.one, body.other):
        signed.check(config)
    one, other = body.one.shown, body.other.shown
    if one.anchor_no != other.anchor_no or not one.is_anchor or one == other:
        raise ProofError("anchors with different numbers, or the same")
    return f"it signed two different states as anchor {one.anchor_no}"


def contradicting(config: LogConfig, body: Sightings) -> str:
    """E4. Spec: docs/spec/10-key-log-clients.md §8.3."""
    if body.one.index != body.other.index:
        raise ProofError("sightings of different labels")
    one, other = body.one.check(config), body.other.check(config)
    what = contradiction(one, other)
    if what is None or one.epoch == other.epoch:
        raise ProofError("sightings that fit one history, or of one epoch")
    return f"of one label it showed what no history holds: {what}"


def bad_transition(config: LogConfig, body: Transition) -> str:
    """E5. Spec: docs/spec/10-key-log-clients.md §8.3."""
    before, index = body.before.check(config), body.before.index
    body.after.check(config)
    leaf = body.after.shown
    if leaf.epoch != before.epoch + 1:
        raise ProofError(f"epoch {leaf.epoch} does not follow epoch {before.epoch}")
    if (leaf.delta_root, leaf.delta_count) != (delta_root(body.deltas), len(body.deltas)):
        raise ProofError(f"not the deltas of epoch {leaf.epoch}")
    if body.head is None:
        verify_absence(body.path, index, leaf.map_root)
    else:
        verify_inclusion(body.path, index, body.head, leaf.map_root)
    head = before.head
    for delta in body.deltas:
        if delta.index == index:
            number = before.version + 1
            head = next_head(index, number, leaf.epoch, before.head, delta.commitment)
    if (body.head or NO_HEAD) == head:
        raise ProofError("a transition as it must be")
    return f"epoch {leaf.epoch} holds a head that does not follow from what it says was changed"


def broken_promise(config: LogConfig, body: Promise) -> str:
    """E6. Spec: docs/spec/10-key-log-clients.md §8.3."""
    receipt, seen = body.receipt, body.seen
    receipt.verify(config)
    shown = seen.check(config)
    if seen.index != receipt.index:
        raise ProofError("receipt and sighting of different labels")
    if seen.at.shown.time_ms <= receipt.due_ms:
        raise ProofError("the promised time has not passed")
    held = shown.commitments.get(receipt.version)
    if shown.version >= receipt.version and held in (None, receipt.commitment):
        raise ProofError("the promise was kept, or the version is not laid open")
    return (
        f"it promised version {receipt.version} of a label by {receipt.due_ms} ms,"
        f" and epoch {shown.epoch} of a later time lacks it"
    )


def unauthorised(config: LogConfig, body: Change) -> str:
    """E7. Spec: docs/spec/10-key-log-clients.md §8.3."""
    shown = body.seen.check(config)
    record, before = Record.decode(body.record.record), Record.decode(body.before.record)
    pairs = ((body.version - 1, before, body.before), (body.version, record, body.record))
    for version, each, opened in pairs:
        if shown.commitments.get(version) != opened.commitment(before.label, version):
            raise ProofError(f"not the record of version {version}")
        if each.version != version:
            raise ProofError(f"record of version {each.version} as version {version}")
    if before.kind is RecordKind.CLOSE or account_id(body.key) != before.account:
        raise ProofError("not the key of the account that held the label")
    if is_entitled(record, body):
        raise ProofError("the account that held the label signed the change")
    if record.kind is not RecordKind.RESET and body.dispute:
        raise ProofError("a dispute of what is no reset")
    if record.kind not in (RecordKind.RESET, RecordKind.DISPUTE):
        return f"it changed {record.label!r} in version {body.version} without its owner's key"
    if record.kind is RecordKind.DISPUTE:
        raise ProofError("a dispute may come from an account further back")
    check_dispute(body, record, shown.heads[body.version])
    return (
        f"it reset {record.label!r} to other keys in version {body.version},"
        " and the key that held it before disputes that"
    )


def is_entitled(record: Record, body: Change) -> bool:
    """Whether the key that held the label signed what followed."""
    try:
        record.check_signature(body.key)
    except ForgedError:
        return False
    return record.kind is not RecordKind.CREATE


def check_dispute(body: Change, record: Record, head: bytes) -> None:
    """Raises ForgedError or ProofError: not a dispute of this change by who held the label.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    dispute = Record.decode(body.dispute)
    dispute.check_signature(body.key)
    if (dispute.kind, dispute.label) != (RecordKind.DISPUTE, record.label):
        raise ProofError("not a dispute of this label")
    if (dispute.version, dispute.previous) != (body.version + 1, head):
        raise ProofError("a dispute of another version")


def is_proven(data: bytes, config: LogConfig) -> bool:
    """Whether a bundle convicts under a configuration that we pinned ourselves.

    Spec: docs/spec/10-key-log-clients.md §8.3.
    """
    try:
        return not verify(data, {config.hash.hex()}).is_challenge
    except DoorlessError:
        return False
