"""The log's own two signatures on its head; both must verify.

Ed25519 over the text, as every C2SP log has it; and ML-DSA-44 in the form of a cosignature
under the log's own name, which a quantum computer cannot make either.
Spec: docs/spec/09-key-log.md §6.2.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.errors import ForgedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner, verify_cosignature
from doorless_protocol.log.note import Algorithm, Note, Signature, Vkey
from doorless_protocol.primitives import (
    SIGNING_SEED_SIZE,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
)

SIGNER_SEED_SIZE = 2 * SIGNING_SEED_SIZE  # 64: Ed25519, then ML-DSA-44


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The two keys of one log. They sign its checkpoints, and the first also its receipts."""

    vkey: Vkey
    cosigner: Cosigner
    seed: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Self:
        if len(seed) != SIGNER_SEED_SIZE:
            raise ValueError(f"seed of a log of {len(seed)} bytes, not {SIGNER_SEED_SIZE}")
        first, second = seed[:SIGNING_SEED_SIZE], seed[SIGNING_SEED_SIZE:]
        vkey = Vkey(origin, Algorithm.ED25519, ed25519_public(first))
        return cls(vkey, Cosigner.from_seed(origin, Algorithm.MLDSA44, second), first)

    def sign(self, checkpoint: Checkpoint, time: int) -> Note:
        """Sign a head. Whoever calls this has stored first that this head is signed.

        Args:
            time: Unix seconds.

        Raises:
            ValueError: a checkpoint of another log.
        """
        if checkpoint.origin != self.vkey.name:
            raise ValueError("a checkpoint of another log")
        text = checkpoint.text()
        line = Signature(self.vkey.name, self.vkey.key_id, ed25519_sign(self.seed, text))
        return Note(text, (line, self.cosigner.cosign(checkpoint, time)))


def verify_log(note: Note, ed25519: Vkey, mldsa44: Vkey) -> Checkpoint:
    """Check both of a log's signatures.

    Raises:
        ForgedError: one is not there or does not verify, or the checkpoint is of another log.
        MalformedError: the note holds no checkpoint.

    Spec: docs/spec/09-key-log.md §6.2.
    """
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != ed25519.name:
        raise ForgedError("checkpoint of another log")
    ed25519_verify(ed25519.public, note.text, note.find(ed25519))
    verify_cosignature(note, mldsa44)
    return checkpoint
