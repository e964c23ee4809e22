"""What a witness answers, decided from values alone: the request, the log's keys, what is held.

    origin not known ─────────────────────────── 404    no key of the log signed ──────── 403
    another root at the size that is held ─────── 409, and both checkpoints are proof of a fork
    old is not what is held ───────────────────── 409, and the size that is
    the proof does not lead from one to the other 422    otherwise ─── keep it, then cosign it

Spec: docs/spec/12-witness.md §3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorless_protocol.errors import ProofError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import verify_cosignature
from doorless_protocol.log.note import Algorithm, Note, Vkey
from doorless_protocol.log.tree import verify_consistency
from doorless_protocol.primitives import ed25519_verify
from doorless_server.witness.wire import Submission


@dataclass(frozen=True, slots=True)
class Head:
    """The newest tree of a log that was cosigned.

    Attributes:
        note: the checkpoint with the log's own signatures.
    """

    size: int
    root: bytes
    note: bytes


NOTHING = Head(0, b"", b"")


@dataclass(frozen=True, slots=True)
class Accepted:
    """Keep `head`, then cosign it."""

    head: Head


@dataclass(frozen=True, slots=True)
class Behind:
    """The log does not know what was cosigned last: tell it the size."""

    size: int


@dataclass(frozen=True, slots=True)
class Forked:
    """The log signed two trees of one size. Keep both checkpoints: they convict it."""

    size: int
    ours: bytes
    theirs: bytes


@dataclass(frozen=True, slots=True)
class Unproven:
    """The proof does not show that the tree only grew."""

    reason: str


Decision = Accepted | Behind | Forked | Unproven


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that carries every signature that is asked of its log."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log as its verifier keys name it. All of them have to sign."""

    origin: str
    keys: tuple[Vkey, ...]

    def authenticate(self, note: Note) -> Signed:
        """The checkpoint in `note`, without the signatures of others.

        Raises:
            ForgedError: a signature of this log is missing or does not verify.
            MalformedError: what it signed is no checkpoint.
        """
        for key in self.keys:
            _verify(note, key)
        kept = tuple(line for line in note.signatures if line.name == self.origin)
        return Signed(Checkpoint.parse(note.text), Note(note.text, kept).encode())


def _verify(note: Note, key: Vkey) -> None:
    if key.algorithm is Algorithm.ED25519:
        ed25519_verify(key.public, note.text, note.find(key))
    else:
        verify_cosignature(note, key)


def known_logs(keys: Iterable[Vkey]) -> Mapping[str, KnownLog]:
    """By origin, which is the name of each of a log's keys."""
    names: dict[str, tuple[Vkey, ...]] = {}
    for key in keys:
        if key not in names.get(key.name, ()):
            names[key.name] = (*names.get(key.name, ()), key)
    return {name: KnownLog(name, theirs) for name, theirs in names.items()}


def decide(submission: Submission, signed: Signed, held: Head) -> Decision:
    """What follows from a checkpoint that its log did sign.

    `submission.old` is at most the checkpoint's size: who reads the request has seen to it.
    """
    offered = signed.checkpoint
    if is_fork(offered, held):
        return Forked(held.size, held.note, signed.note)
    if submission.old != held.size:
        return Behind(held.size)
    try:
        check_growth(submission, offered, held)
    except ProofError as error:
        return Unproven(str(error))
    return Accepted(Head(offered.size, offered.root, signed.note))


def is_fork(offered: Checkpoint, held: Head) -> bool:
    """Two roots at one size, whatever the request said was old: no log that is honest has them."""
    return offered.size == held.size and offered.root != held.root


def check_growth(submission: Submission, offered: Checkpoint, held: Head) -> None:
    """Raises ProofError if the tree held is not shown to be the beginning of the one offered."""
    if held.size in (0, offered.size):
        if submission.proof:
            raise ProofError("a proof where nothing is to be proven")
        return
    verify_consistency(held.size, held.root, offered.size, offered.root, submission.proof)
