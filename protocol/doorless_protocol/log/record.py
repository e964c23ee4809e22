"""What a label stands for, in one version: opened only to who looks the label up.

A record is signed by the account that it names. Whether that account may say so is told by
the record before it: see standing.py. Spec: docs/spec/09-key-log.md §3.2.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.keys import (
    ACCOUNT_ID_SIZE,
    SIGNATURE_SIZE,
    AccountId,
    Purpose,
    SigningKey,
    VerifyingKey,
    account_id,
)
from doorless_protocol.log.label import MAX_LABEL, Label, parse_label

HASH_SIZE = 32
MAX_VERSION = 2**32 - 1  # four bytes of a commitment hold it
NO_POLICY = 0
MAX_RECORD = 131 + MAX_LABEL + SIGNATURE_SIZE  # 3,568

_MAGIC = b"KTR1"


class RecordKind(IntEnum):
    """What a record does."""

    CREATE = 1  # the label is taken: for the first time, or after it was closed
    UPDATE = 2  # the account has a newer manifest
    RESET = 3  # somebody takes the label without the say of who had it: visibly so
    CLOSE = 4  # the account gives the label up
    DISPUTE = 5  # who had the label before a reset says that it was not them


@dataclass(frozen=True, slots=True)
class Record:
    """One version of what a label stands for.

    131 bytes, the label and a signature, integers big-endian (docs/spec/09-key-log.md §3.2):

        offset  size  field
             0     4  "KTR1"
             4     1  kind              1 to 5
             5     2  label length      n, 2 to 64
             7     n  label             ASCII
           7+n     8  version           from 1, of the label; no account begins it anew
          15+n    32  previous          head of the chain before it; zeros for version 1
          47+n     8  time              when the account wrote it, Unix milliseconds
          55+n    32  account           its id: the hash of its public keys
          87+n     8  manifest version
          95+n    32  manifest hash
         127+n     4  policy            0
         131+n  3373  signature         by the account, over the bytes above
    """

    kind: RecordKind
    label: Label
    version: int
    previous: bytes
    time_ms: int
    account: AccountId
    manifest_version: int
    manifest_hash: bytes
    signature: bytes = field(repr=False)

    @classmethod
    def sign(
        cls,
        account: SigningKey,
        kind: RecordKind,
        label: Label,
        version: int,
        previous: bytes,
        time_ms: int,
        manifest_version: int,
        manifest_hash: bytes,
    ) -> Self:
        """Raises MalformedError: these make no record."""
        named = account_id(account.verifying)
        unsigned = cls(
            kind, label, version, previous, time_ms, named, manifest_version, manifest_hash, b""
        )
        signed = unsigned._signed()
        return cls.decode(signed + account.sign(Purpose.LOG_RECORD, signed))

    def encode(self) -> bytes:
        return self._signed() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a record in its one form. Its signature is not checked: that takes a key.

        Raises:
            MalformedError: anything else.
        """
        reader = Reader(data, "log record")
        reader.exactly(_MAGIC, "kind of entry")
        record = cls(
            kind=_read_kind(reader),
            label=_read_label(reader),
            version=reader.number(),
            previous=reader.raw(HASH_SIZE),
            time_ms=reader.number(),
            account=AccountId(reader.raw(ACCOUNT_ID_SIZE)),
            manifest_version=reader.number(),
            manifest_hash=reader.raw(HASH_SIZE),
            signature=_read_signature(reader),
        )
        reader.end()
        if not 1 <= record.version <= MAX_VERSION or record.manifest_version < 1:
            raise MalformedError("log record with a version that there is not")
        if (record.version == 1) != (record.previous == bytes(HASH_SIZE)):
            raise MalformedError(f"log record of version {record.version} after a wrong head")
        if record.version == 1 and record.kind is not RecordKind.CREATE:
            raise MalformedError("first record of a label that does not create it")
        return record

    def check_signature(self, key: VerifyingKey) -> None:
        """Raises ForgedError: `key` is not the account's, or did not sign this."""
        if account_id(key) != self.account:
            raise ForgedError("log record of another account than this key's")
        key.verify(Purpose.LOG_RECORD, self._signed(), self.signature)

    def _signed(self) -> bytes:
        writer = Writer().raw(_MAGIC).uint(self.kind, 1).prefixed(self.label.encode("ascii"), 2)
        writer.uint(self.version, 8).raw(self.previous).uint(self.time_ms, 8).raw(self.account)
        writer.uint(self.manifest_version, 8).raw(self.manifest_hash)
        return writer.uint(NO_POLICY, 4).done()


def _read_kind(reader: Reader) -> RecordKind:
    number = reader.uint(1)
    try:
        return RecordKind(number)
    except ValueError:
        raise MalformedError(f"log record of kind {number}") from None


def _read_label(reader: Reader) -> Label:
    try:
        return parse_label(reader.prefixed(2, MAX_LABEL).decode("ascii"))
    except UnicodeDecodeError:
        raise MalformedError("label that is not ASCII") from None


def _read_signature(reader: Reader) -> bytes:
    reader.exactly(NO_POLICY.to_bytes(4, "big"), "policy")
    return reader.raw(SIGNATURE_SIZE)
