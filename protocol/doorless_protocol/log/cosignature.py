"""What a witness says of a log: at this time, this was the largest head that I saw of it.

Two forms of C2SP's tlog-cosignature: Ed25519 over a text (type 04), and ML-DSA-44 over a
structure that names the cosigner too (type 06).
Spec: docs/spec/09-key-log.md §6.3.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.encoding import MAX_NUMBER, Reader, Writer
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Algorithm, Note, Signature, Vkey
from doorless_protocol.log_primitives import (
    MLDSA44_SIGNATURE_SIZE,
    mldsa44_public,
    mldsa44_sign,
    mldsa44_verify,
)
from doorless_protocol.primitives import (
    ED25519_SIGNATURE_SIZE,
    SIGNING_SEED_SIZE,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
)

_TIME_SIZE = 8
_LABEL = b"subtree/v1\n\0"
_SIGNATURE_SIZES = {
    Algorithm.COSIGNATURE: ED25519_SIGNATURE_SIZE,
    Algorithm.MLDSA44: MLDSA44_SIGNATURE_SIZE,
}


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A key that cosigns, in one of the two forms."""

    vkey: Vkey
    seed: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, name: str, algorithm: Algorithm, seed: bytes) -> Self:
        """Raises ValueError: the seed has not 32 bytes, or the algorithm is no cosigner's."""
        if len(seed) != SIGNING_SEED_SIZE or algorithm not in _SIGNATURE_SIZES:
            raise ValueError(f"no {algorithm.name} cosigner of a seed of {len(seed)} bytes")
        public = mldsa44_public if algorithm is Algorithm.MLDSA44 else ed25519_public
        return cls(Vkey(name, algorithm, public(seed)), seed)

    def cosign(self, checkpoint: Checkpoint, time: int) -> Signature:
        """A line for the checkpoint's note.

        Args:
            time: Unix seconds, at which this was the largest head known of the log.
        """
        message = cosigned_message(self.vkey, checkpoint, time)
        sign = mldsa44_sign if self.vkey.algorithm is Algorithm.MLDSA44 else ed25519_sign
        blob = time.to_bytes(_TIME_SIZE, "big") + sign(self.seed, message)
        return Signature(self.vkey.name, self.vkey.key_id, blob)


def verify_cosignature(note: Note, vkey: Vkey) -> int:
    """Check what a cosigner says of the checkpoint in a note, and return when it said so.

    Returns:
        Unix seconds, at least 1.

    Raises:
        ForgedError: it says nothing here, or the signature does not verify.
        MalformedError: the note holds no checkpoint, or the line has another form.

    Spec: docs/spec/09-key-log.md §6.3.
    """
    if vkey.algorithm not in _SIGNATURE_SIZES:
        raise ForgedError(f"{vkey.name} is no cosigner")
    reader = Reader(note.find(vkey), "cosignature")
    time = reader.number()
    signature = reader.raw(_SIGNATURE_SIZES[vkey.algorithm])
    reader.end()
    if not time:
        raise MalformedError("cosignature that tells no time")
    message = cosigned_message(vkey, Checkpoint.parse(note.text), time)
    verify = mldsa44_verify if vkey.algorithm is Algorithm.MLDSA44 else ed25519_verify
    verify(vkey.public, message, signature)
    return time


def cosigned_message(vkey: Vkey, checkpoint: Checkpoint, time: int) -> bytes:
    """What is really signed. Spec: C2SP tlog-cosignature."""
    if not 0 < time <= MAX_NUMBER:
        raise ValueError(f"a cosignature at {time}")
    if vkey.algorithm is Algorithm.COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n".encode("ascii") + checkpoint.text()
    writer = Writer().raw(_LABEL).prefixed(vkey.name.encode("ascii"), 1).uint(time, _TIME_SIZE)
    writer.prefixed(checkpoint.origin.encode("ascii"), 1)
    return writer.uint(0, 8).uint(checkpoint.size, 8).raw(checkpoint.root).done()
