"""What is asked of a relay's key log, without an account, and what it answers.

Each answer is one encoding of log/proofs.py. Spec: docs/spec/07-relay.md §4.6.
"""

from doorless_protocol.frame_fields import U32, U53, Frame, Handle, Id, Opening, Record


class LogHead(Frame, tag="log_head", frozen=True):
    """The newest checkpoint, and proof that it continues the log of `size` epochs. Spec §4.6."""

    size: U53  # 0: nothing is known


class LogAnchors(Frame, tag="log_anchors", frozen=True):
    """The anchors behind the one numbered `after`, and the newest checkpoint. Spec §4.6."""

    after: U32
    size: U53


class LogAtAnchor(Frame, tag="log_at_anchor", frozen=True):
    """What did this handle stand for in that anchor? Spec §4.6."""

    handle: Handle
    anchor: U32
    log_version: U53  # the version that is known; 0: none


class LogRecords(Frame, tag="log_records", frozen=True):
    """The records behind a version, where a lookup had no room for them all. Spec §4.6."""

    handle: Handle
    after: U53


class Dispute(Frame, tag="dispute", frozen=True):
    """Who had this handle before a reset says that it was not them. Spec §4.7."""

    handle: Handle
    record: Record
    opening: Opening


class AuditDeltas(Frame, tag="audit_deltas", frozen=True):
    """The changes of an epoch, for auditors whom the operator knows. Spec §4.8."""

    token: Id
    epoch: U53
    after: U32


class Logged(Frame, tag="logged", frozen=True):
    """It is so, durably, and a signed promise that the log will say so. Spec §5.5."""

    receipt: bytes


class LogProof(Frame, tag="log_proof", frozen=True):
    proof: bytes
