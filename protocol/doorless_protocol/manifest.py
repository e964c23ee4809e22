"""The signed list of an account's devices, each version chained to the one before.

    head 1 ◄── previous ── head 2 ◄── previous ── head 3      signed by the account's key
                                                    │ root
                                            ┌───────┼───────┐
                                          entry   entry   entry      one for each device

Whoever holds a head can check any entry against it. A staple is one entry with what proves
it: a stranger learns one device, and not how many there are.
Spec: docs/spec/02-identities.md §3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import PROTOCOL, Reader, Writer, read_protocol
from doorless_protocol.errors import ExpiredError, ForgedError, ForkedError, MalformedError
from doorless_protocol.keys import (
    DEVICE_ID_SIZE,
    MAILBOX_ID_SIZE,
    SIGNATURE_SIZE,
    VERIFYING_KEY_SIZE,
    AccountId,
    DeviceId,
    DeviceKeys,
    MailboxId,
    Purpose,
    SigningKey,
    VerifyingKey,
    account_id,
)
from doorless_protocol.primitives import (
    KEM768_PUBLIC_SIZE,
    X25519_SIZE,
    Kem768Public,
    X25519Public,
    kem768_public,
    parse_kem768,
    parse_x25519,
    sha256,
    x25519_public,
)

MAX_DEVICES = 6
"""Every message is sealed once for each device, and a manifest must fit one frame."""

CLOCK_SKEW = 24 * 3600
"""Seconds that two honest clocks may differ: a wrong time zone, and not a wrong week."""

ENTRY_SIZE = 3240
HEAD_SIZE = 2067
SIGNED_HEAD_SIZE = HEAD_SIZE + SIGNATURE_SIZE  # 5,440
MAX_PATH = 3  # of a tree with MAX_DEVICES leaves
STAPLE_SIZE = SIGNED_HEAD_SIZE + ENTRY_SIZE + 1 + MAX_PATH * merkle.HASH_SIZE  # 8,777
NO_PREVIOUS = bytes(32)


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One device: where its envelopes go, and the keys that are its identity.

    3,240 bytes, integers big-endian (docs/spec/02-identities.md §3.1):

        offset  size  field
             0    16  device    its id
            16    16  mailbox   where its envelopes wait
            32  1984  signing   its verifying key
          2016    32  identity  X25519 public key
          2048  1184  kem       ML-KEM-768 public key
          3232     8  added     when it was linked, in Unix seconds: the start of that day, UTC
    """

    device: DeviceId
    mailbox: MailboxId
    signing: VerifyingKey
    identity: X25519Public
    kem: Kem768Public
    added: int

    @classmethod
    def of(cls, keys: DeviceKeys, added: int) -> Self:
        """The entry under which a device with these keys is listed."""
        return cls(
            keys.device,
            keys.mailbox,
            keys.signing.verifying,
            x25519_public(keys.identity),
            kem768_public(keys.kem),
            added,
        )

    def encode(self) -> bytes:
        writer = Writer().raw(self.device).raw(self.mailbox).raw(self.signing.encode())
        return writer.raw(self.identity).raw(self.kem).uint(self.added, 8).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "device entry")
        entry = cls(
            DeviceId(reader.raw(DEVICE_ID_SIZE)),
            MailboxId(reader.raw(MAILBOX_ID_SIZE)),
            VerifyingKey.decode(reader.raw(VERIFYING_KEY_SIZE)),
            parse_x25519(reader.raw(X25519_SIZE)),
            parse_kem768(reader.raw(KEM768_PUBLIC_SIZE)),
            reader.number(),
        )
        reader.end()
        return entry


@dataclass(frozen=True, slots=True)
class SignedHead:
    """One version of a manifest, without its entries.

    5,440 bytes, integers big-endian (docs/spec/02-identities.md §3.3); what decodes is signed:

        offset  size  field
             0     1  version of the protocol, 1
             1     1  suite, 1
             2  1984  key         the account's verifying key
          1986     8  version     of the manifest, from 1
          1994    32  previous    hash of the head before it, zeros for the first
          2026     8  not_before  from when it holds, in Unix seconds
          2034     1  devices     how many, 1 to 6
          2035    32  root        Merkle root over the entries
          2067  3373  signature   by `key`, over the bytes above
    """

    key: VerifyingKey
    version: int
    previous: bytes
    not_before: int
    devices: int
    root: bytes
    signature: bytes = field(repr=False)

    def encode(self) -> bytes:
        return self._head() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a head in its one form, signed by the key that it names.

        Raises:
            MalformedError: another form.
            ForgedError: the signature does not verify.
        """
        reader = Reader(data, "manifest head")
        read_protocol(reader)
        head = cls(
            VerifyingKey.decode(reader.raw(VERIFYING_KEY_SIZE)),
            reader.number(),
            reader.raw(merkle.HASH_SIZE),
            reader.number(),
            reader.uint(1),
            reader.raw(merkle.HASH_SIZE),
            reader.raw(SIGNATURE_SIZE),
        )
        reader.end()
        if not 1 <= head.devices <= MAX_DEVICES:
            raise MalformedError(f"manifest of {head.devices} devices, 1 to {MAX_DEVICES} allowed")
        if (head.version == 1) != (head.previous == NO_PREVIOUS) or head.version < 1:
            raise MalformedError(f"manifest version {head.version} with a wrong previous hash")
        check_signature(head)
        return head

    @property
    def account(self) -> AccountId:
        return account_id(self.key)

    @property
    def hash(self) -> bytes:
        """What the next version, and a peer who used this one, name it by: 32 bytes.

        Without the signature, of which there are many for one head.
        """
        return sha256(b"doorless/1 manifest head" + self._head())

    def check_time(self, now: int) -> None:
        """Raises ExpiredError: it begins to hold more than CLOCK_SKEW from now."""
        if self.not_before > now + CLOCK_SKEW:
            ahead = (self.not_before - now) / 86_400
            raise ExpiredError(f"manifest begins {ahead:.1f} days from now: check the clock")

    def _head(self) -> bytes:
        writer = Writer().raw(PROTOCOL).raw(self.key.encode())
        writer.uint(self.version, 8).raw(self.previous).uint(self.not_before, 8)
        return writer.uint(self.devices, 1).raw(self.root).done()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A signed head and all its entries, sorted by device id. Spec §3.4."""

    head: SignedHead
    entries: tuple[DeviceEntry, ...]

    @classmethod
    def sign(
        cls,
        account: SigningKey,
        entries: Iterable[DeviceEntry],
        not_before: int,
        after: SignedHead | None = None,
    ) -> Self:
        """Make the version that follows `after`, or the first one.

        Raises:
            ValueError: no devices, more than MAX_DEVICES, two that share an id or a key, or
                `after` belongs to another account.
        """
        listed = tuple(sorted(entries, key=lambda entry: entry.device))
        if not 1 <= len(listed) <= MAX_DEVICES or not _are_distinct(listed):
            raise ValueError(f"{len(listed)} devices, or two that share an id or a key")
        if after is not None and after.key != account.verifying:
            raise ValueError("a manifest follows only one of the same account")
        unsigned = SignedHead(
            account.verifying,
            1 if after is None else after.version + 1,
            NO_PREVIOUS if after is None else after.hash,
            not_before,
            len(listed),
            merkle.root([entry.encode() for entry in listed]),
            b"",
        )
        signature = account.sign(Purpose.MANIFEST, unsigned.encode())
        return cls(SignedHead.decode(unsigned.encode() + signature), listed)

    def encode(self) -> bytes:
        return self.head.encode() + b"".join(entry.encode() for entry in self.entries)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a manifest in its one form, with the entries that were signed.

        Raises:
            MalformedError: another form, entries out of order, or two that share an id or a key.
            ForgedError: the signature does not verify, or the entries are not the signed ones.
        """
        head = SignedHead.decode(data[:SIGNED_HEAD_SIZE])
        if len(data) != SIGNED_HEAD_SIZE + head.devices * ENTRY_SIZE:
            raise MalformedError(f"manifest of {head.devices} devices in {len(data)} bytes")
        starts = range(SIGNED_HEAD_SIZE, len(data), ENTRY_SIZE)
        encoded = [data[start : start + ENTRY_SIZE] for start in starts]
        check_root(head, encoded)
        entries = tuple(DeviceEntry.decode(entry) for entry in encoded)
        if any(left.device >= right.device for left, right in pairwise(entries)):
            raise MalformedError("manifest whose devices are out of order")
        if not _are_distinct(entries):
            raise MalformedError("manifest with two devices that share an id or a key")
        return cls(head, entries)

    @property
    def key(self) -> VerifyingKey:
        return self.head.key

    @property
    def account(self) -> AccountId:
        return self.head.account

    @property
    def version(self) -> int:
        return self.head.version

    @property
    def hash(self) -> bytes:
        return self.head.hash

    def entry(self, device: DeviceId) -> DeviceEntry:
        """Raises ForgedError: the account has no such device."""
        return self.entries[self._index(device)]

    def staple(self, device: DeviceId) -> "Staple":
        """This one device, with proof. Raises ForgedError: the account has no such device."""
        index = self._index(device)
        path = merkle.inclusion_path([entry.encode() for entry in self.entries], index)
        return Staple(self.head, self.entries[index], index, path)

    def _index(self, device: DeviceId) -> int:
        for index, entry in enumerate(self.entries):
            if entry.device == device:
                return index
        raise ForgedError(f"manifest version {self.version} does not list this device")


@dataclass(frozen=True, slots=True)
class Staple:
    """A signed head, one of its entries, and the path between them.

    Always 8,777 bytes (docs/spec/02-identities.md §3.5):

        offset  size  field
             0  5440  head
          5440  3240  entry
          8680     1  index  the entry's place, from 0
          8681    96  path   its sibling hashes, then zeros
    """

    head: SignedHead
    entry: DeviceEntry
    index: int
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        writer = Writer().raw(self.head.encode()).raw(self.entry.encode()).uint(self.index, 1)
        return writer.raw(b"".join(self.path).ljust(MAX_PATH * merkle.HASH_SIZE, b"\0")).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a staple in its one form, with what it proves.

        Raises:
            MalformedError: another form.
            ForgedError: the head's signature does not verify.
            ProofError: the path does not lead from the entry to the head.
        """
        reader = Reader(data, "staple")
        head = SignedHead.decode(reader.raw(SIGNED_HEAD_SIZE))
        encoded = reader.raw(ENTRY_SIZE)
        index = reader.uint(1)
        if index >= head.devices:
            raise MalformedError(f"staple for entry {index} of {head.devices}")
        length = merkle.path_length(index, head.devices)
        path = tuple(reader.raw(merkle.HASH_SIZE) for _ in range(length))
        reader.exactly(bytes((MAX_PATH - length) * merkle.HASH_SIZE), "end of its path")
        reader.end()
        merkle.verify_inclusion(encoded, index, head.devices, path, head.root)
        return cls(head, DeviceEntry.decode(encoded), index, path)

    @property
    def account(self) -> AccountId:
        return self.head.account

    @property
    def version(self) -> int:
        return self.head.version

    @property
    def hash(self) -> bytes:
        return self.head.hash


def check_follows(older: SignedHead, between: Sequence[SignedHead], newer: SignedHead) -> None:
    """Check that `newer` continues the history that `older` belongs to.

    Args:
        between: the heads from after `older` to before `newer`, oldest first, as far as they
            are at hand. A gap is accepted: the account's key vouches for both of its ends.

    Raises:
        ForkedError: another account's key, two heads of one version, or a head that names
            another previous one.
        ExpiredError: a head older than one before it in the row.

    Spec: docs/spec/02-identities.md §3.6.
    """
    for left, right in pairwise((older, *between, newer)):
        _check_step(left, right)


def _check_step(older: SignedHead, newer: SignedHead) -> None:
    if newer.key != older.key:
        raise ForkedError("manifest under another key", older.encode(), newer.encode())
    if newer.version < older.version:
        raise ExpiredError(f"manifest version {newer.version} after version {older.version}")
    if newer.version == older.version and newer.hash != older.hash:
        raise ForkedError("manifest of one version", older.encode(), newer.encode())
    if newer.version == older.version + 1 and newer.previous != older.hash:
        raise ForkedError("manifest with another past", older.encode(), newer.encode())


def check_signature(head: SignedHead) -> None:
    """Raises ForgedError: the account's key did not sign this head."""
    head.key.verify(Purpose.MANIFEST, head.encode()[:HEAD_SIZE], head.signature)


def check_root(head: SignedHead, entries: Sequence[bytes]) -> None:
    """Raises ForgedError: these are not the entries that were signed."""
    if merkle.root(entries) != head.root:
        raise ForgedError("manifest with other devices than were signed")


def _are_distinct(entries: Sequence[DeviceEntry]) -> bool:
    """No two devices share an id, a mailbox or a key: none may pass for another."""
    rows = [(e.device, e.mailbox, e.signing, e.identity, e.kem) for e in entries]
    return all(len(set(column)) == len(rows) for column in zip(*rows, strict=True))
