"""The proof inside a first contact: who writes is who stands under that name, as of today.

    vouch ── signatures, quorum, inclusion, at most a day old ──► good enough to answer
      └── waiting ── the next scheduled look ── consistency with our own head ──► connected

Nobody asks the relay about a stranger right after their envelope came: it could tell from that
who wrote to whom. Spec: docs/spec/10-key-log-clients.md §9.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import ProofError, StaleLogError
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.log.accuse import accusation, challenge
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Kind, Notes, Sightings
from doorless_protocol.log.head import check_anchor_age
from doorless_protocol.log.label import Label
from doorless_protocol.log.lookup import (
    advance,
    entry_at,
    is_settled,
    sight_of,
    signed_leaf,
)
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import HeadProof, LookupProof
from doorless_protocol.log.resets import hidden_since
from doorless_protocol.log.sighting import contradiction
from doorless_protocol.log.view import LogView

MAX_AGE = 24 * 3600
"""Seconds by our clock. Whoever writes may have looked himself up a while before."""

_MS = 1000
_SCHEMA = b"\x01"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signed head that was not connected with ours yet."""

    note: Note
    size: int
    root: bytes

    def encode(self) -> bytes:
        """Spec: docs/spec/10-key-log-clients.md §9.2."""
        writer = Writer().raw(_SCHEMA).uint(self.size, 8).raw(self.root)
        return writer.prefixed(self.note.encode(), 2).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "head that waits")
        reader.exactly(_SCHEMA, "schema version")
        size, root = reader.number(), reader.raw(32)
        waiting = cls(Note.decode(reader.prefixed(2, MAX_NOTE)), size, root)
        reader.end()
        return waiting


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who writes to us, as their log says: a pin, pending as any other, and a head to connect."""

    pin: Pin
    waiting: Waiting


def vouch(
    config: LogConfig,
    label: Label,
    data: bytes,
    keys: Iterable[VerifyingKey],
    now: int,
    *,
    view: LogView | None = None,
    known: Pin | None = None,
) -> Vouched:
    """Check the proof that came with a first contact.

    Args:
        config: of the initiator's log, pinned.
        keys: the account key of the manifest that came with it.
        view: what we know of that log, if anything.
        known: what we held of the label. It stays ours to keep: the pin that follows is for
            who holds none.

    Raises:
        MalformedError, ForgedError, ProofError: it proves nothing; the contact is not checked.
        StaleLogError: older than MAX_AGE, or from the future.
        UnwitnessedError: the witnesses' quorum is missing.
        MisconductError: with what we held, it convicts the log (E1, E4).

    Spec: docs/spec/10-key-log-clients.md §9.1.
    """
    proof = LookupProof.decode(data)
    head = proof.head
    checkpoint = head.check(config)
    check_fresh(config, head.leaf.time_ms, now)
    check_anchor_age(config, head.leaf, head.latest_anchor)
    config.policy.check(head.note)
    sight = sight_of(config, label, signed_leaf(head), entry_at(proof, 0))
    if sight.shown.version == 0:
        raise ProofError("the proof says that nobody has that name")
    check_same_size(config, view, Waiting(head.note, checkpoint.size, checkpoint.root))
    if known is not None and contradiction(known.sighting.place(), sight.shown) is not None:
        raise accusation(Kind.CONTRADICTION, config, Sightings(known.sighting, sight.sighting))
    newest = sight.shown.version  # the records before it have no room here
    standing, _ = advance(label, None, sight, newest, sight.records, keys)
    since = hidden_since(sight.shown, standing, head.latest_anchor)
    settled = since is None and is_settled(config, head)
    vouched = since is not None
    pin = Pin(label, standing, settled, since, sight.sighting, vouched)
    return Vouched(pin, Waiting(head.note, checkpoint.size, checkpoint.root))


def check_fresh(config: LogConfig, time_ms: int, now: int) -> None:
    """Raises StaleLogError: older than a day. Spec: docs/spec/10-key-log-clients.md §9.1."""
    age = now - time_ms // _MS
    if age > MAX_AGE or -age > config.max_ahead:
        raise StaleLogError(f"proof of {age} s ago, at most {MAX_AGE} allowed")


def check_same_size(config: LogConfig, view: LogView | None, waiting: Waiting) -> None:
    """Raises MisconductError (E1): another log of the size that we hold. Spec §9.1."""
    if view is None or view.note is None or waiting.size != view.size:
        return
    if waiting.root != view.root:
        raise accusation(Kind.TWO_ROOTS, config, Notes(view.note, waiting.note))


def connect(view: LogView, waiting: Waiting, proof: HeadProof) -> bool:
    """Join a head that a peer showed us with our own, at a scheduled look.

    Args:
        proof: asked for with `waiting.size`; its head is the one that we hold.

    Returns:
        Whether they are joined. False: the log went on between two answers, or is not there
        yet; ask again at the next look.

    Raises:
        MisconductError: two logs of one size (E1).
        UnconnectedError: the log does not show that ours continues theirs.
        ForgedError, ProofError: the answer is none.

    Spec: docs/spec/10-key-log-clients.md §9.3.
    """
    view.check_not_frozen()
    check_same_size(view.config, view, waiting)
    if view.note is None or waiting.size > view.size:
        return False
    if waiting.size == view.size:
        return True
    checkpoint = proof.check(view.config)
    if (checkpoint.size, checkpoint.root) != (view.size, view.root):
        return False
    if proof.old_size != waiting.size:
        raise ProofError(f"consistency from {proof.old_size}, asked from {waiting.size}")
    try:
        proof.check_consistency(waiting.root)
    except ProofError:
        raise challenge(view.config, waiting.note, view.note) from None
    return True
