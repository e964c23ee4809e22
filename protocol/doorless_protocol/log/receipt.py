"""What the log promises when it takes an update: by when the update will be in its map.

A promise that is broken convicts: the receipt, and a later epoch whose map lacks the update.
Spec: docs/spec/09-key-log.md §7.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.chain import COMMITMENT_SIZE
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import INDEX_SIZE, Index
from doorless_protocol.log.record import MAX_VERSION
from doorless_protocol.log.signing import LogSigner
from doorless_protocol.primitives import ED25519_SIGNATURE_SIZE, ed25519_sign, ed25519_verify

RECEIPT_SIZE = 152
_CONTEXT = b"kt-receipt/v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise, signed with the log's Ed25519 key.

    152 bytes, integers big-endian (docs/spec/09-key-log.md §7):

        offset  size  field
             0    32  index
            32     8  version     of the label's chain
            40    32  commitment
            72     8  accepted    Unix milliseconds
            80     8  due         by when it is in an epoch, Unix milliseconds
            88    64  signature   over "kt-receipt/v1" and the bytes above
    """

    index: Index
    version: int
    commitment: bytes
    accepted_ms: int
    due_ms: int
    signature: bytes = field(repr=False)

    @classmethod
    def sign(
        cls,
        signer: LogSigner,
        index: Index,
        version: int,
        commitment: bytes,
        accepted_ms: int,
        due_ms: int,
    ) -> Self:
        unsigned = cls(index, version, commitment, accepted_ms, due_ms, b"")
        signature = ed25519_sign(signer.seed, _CONTEXT + unsigned._signed())
        return cls.decode(unsigned._signed() + signature)

    def verify(self, config: LogConfig) -> None:
        """Raises ForgedError: the log did not sign this."""
        ed25519_verify(config.ed25519, _CONTEXT + self._signed(), self.signature)

    def encode(self) -> bytes:
        return self._signed() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the one form of a receipt, or due before it was accepted."""
        reader = Reader(data, "receipt")
        receipt = cls(
            Index(reader.raw(INDEX_SIZE)),
            reader.number(),
            reader.raw(COMMITMENT_SIZE),
            reader.number(),
            reader.number(),
            reader.raw(ED25519_SIGNATURE_SIZE),
        )
        reader.end()
        if not 1 <= receipt.version <= MAX_VERSION or receipt.due_ms < receipt.accepted_ms:
            raise MalformedError("receipt of no version, or due before it was accepted")
        return receipt

    def _signed(self) -> bytes:
        writer = Writer().raw(self.index).uint(self.version, 8).raw(self.commitment)
        return writer.uint(self.accepted_ms, 8).uint(self.due_ms, 8).done()
