"""Manifests and what hangs from them. docs/spec/02-identities.md §3."""

from dataclasses import dataclass

from specpeer import crypto, merkle, signing
from specpeer.crypto import Draws, Refused, forged, malformed, sha256
from specpeer.identities import Device, account_id
from specpeer.signing import VERSION_AND_SUITE, Signer
from specpeer.wire import Cursor, u8, u64

LABEL = "doorless/1 manifest"
DAY = 86_400
HEAD, ENTRY, STAPLE = 5440, 3240, 8777


@dataclass
class Entry:
    """§3.1."""

    device: bytes
    mailbox: bytes
    key: bytes
    identity: bytes
    identity_kem: bytes
    linked: int

    @classmethod
    def of(cls, device: Device, linked: int) -> "Entry":
        identity = crypto.x25519_public(device.identity)
        kem = crypto.kem768_public(device.identity_kem)
        return cls(device.id, device.mailbox, device.signer.key, identity, kem, linked)

    def encode(self) -> bytes:
        keys = self.key + self.identity + self.identity_kem
        return self.device + self.mailbox + keys + u64(self.linked)

    @classmethod
    def decode(cls, data: bytes) -> "Entry":
        at = Cursor(data)
        entry = cls(
            at.take(16),
            at.take(16),
            signing.parse_key(at.take(1984)),
            crypto.parse_x25519(at.take(32)),
            crypto.parse_kem768(at.take(1184)),
            at.number(),
        )
        at.end()
        return entry


@dataclass
class Head:
    """§3.3."""

    key: bytes
    version: int
    previous: bytes
    not_before: int
    devices: int
    root: bytes
    signature: bytes

    def signed(self) -> bytes:
        numbers = u64(self.version) + self.previous + u64(self.not_before) + u8(self.devices)
        return VERSION_AND_SUITE + self.key + numbers + self.root

    def encode(self) -> bytes:
        return self.signed() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> "Head":
        at = Cursor(data)
        at.expect(VERSION_AND_SUITE, "another version or suite")
        key = signing.parse_key(at.take(1984))
        version, previous, not_before = at.number(), at.take(32), at.number()
        head = cls(key, version, previous, not_before, at.uint(1), at.take(32), at.take(3373))
        at.end()
        if head.version < 1 or (head.version == 1) != (head.previous == bytes(32)):
            raise malformed("version and previous do not fit each other")
        if not 1 <= head.devices <= 6:
            raise malformed(f"{head.devices} devices")
        signing.verify(head.key, LABEL, head.signed(), head.signature)
        return head

    @property
    def hash(self) -> bytes:
        return sha256(b"doorless/1 manifest head" + self.signed())

    @property
    def account(self) -> bytes:
        return account_id(self.key)

    def check_time(self, now: int) -> None:
        if self.not_before > now + DAY:
            raise Refused("ExpiredError", "the manifest does not hold yet")


@dataclass
class Manifest:
    """§3.4."""

    head: Head
    entries: list[Entry]

    @property
    def account(self) -> bytes:
        return self.head.account

    @classmethod
    def sign(
        cls,
        account: Signer,
        entries: list[Entry],
        not_before: int,
        after: Head | None,
        draws: Draws,
    ) -> "Manifest":
        entries = sorted(entries, key=lambda entry: entry.device)
        head = Head(
            account.key,
            after.version + 1 if after else 1,
            after.hash if after else bytes(32),
            not_before,
            len(entries),
            merkle.root([entry.encode() for entry in entries]),
            b"",
        )
        head.signature = account.sign(LABEL, head.signed(), draws)
        return cls(head, entries)

    def encode(self) -> bytes:
        return self.head.encode() + b"".join(entry.encode() for entry in self.entries)

    @classmethod
    def decode(cls, data: bytes) -> "Manifest":
        at = Cursor(data)
        head = Head.decode(at.take(HEAD))
        encoded = [at.take(ENTRY) for _ in range(head.devices)]
        at.end()
        if merkle.root(encoded) != head.root:
            raise forged("the entries are not those of the head")
        entries = [Entry.decode(entry) for entry in encoded]
        ids = [entry.device for entry in entries]
        if ids != sorted(ids):
            raise malformed("entries are not sorted")
        for field in ("device", "mailbox", "key", "identity", "identity_kem"):
            if len({getattr(entry, field) for entry in entries}) < len(entries):
                raise malformed(f"two entries share their {field}")
        return cls(head, entries)

    def entry(self, device: bytes) -> Entry:
        for entry in self.entries:
            if entry.device == device:
                return entry
        raise forged("a device that the manifest does not list")

    def staple(self, device: bytes) -> "Staple":
        index = [entry.device for entry in self.entries].index(device)
        path = merkle.path([entry.encode() for entry in self.entries], index)
        return Staple(self.head, self.entries[index], index, path)


@dataclass
class Staple:
    """One entry with what proves it. §3.5."""

    head: Head
    entry: Entry
    index: int
    path: list[bytes]

    def encode(self) -> bytes:
        path = b"".join(self.path).ljust(96, b"\0")
        return self.head.encode() + self.entry.encode() + u8(self.index) + path

    @classmethod
    def decode(cls, data: bytes) -> "Staple":
        at = Cursor(data)
        head, entry = Head.decode(at.take(HEAD)), at.take(ENTRY)
        index = at.uint(1)
        if index >= head.devices:
            raise malformed(f"entry {index} of {head.devices}")
        count = merkle.length(index, head.devices)
        path = [at.take(32) for _ in range(count)]
        at.zeros(96 - 32 * count)
        at.end()
        merkle.verify(entry, index, head.devices, path, head.root)
        return cls(head, Entry.decode(entry), index, path)


def check_follows(older: Head, newer: Head) -> None:
    """§3.6."""
    fork = Refused("ForkedError", "two histories of one account")
    if newer.key != older.key:
        raise fork
    if newer.version < older.version:
        raise Refused("ExpiredError", "older than the manifest that is held")
    if newer.version == older.version and newer.hash != older.hash:
        raise fork
    if newer.version == older.version + 1 and newer.previous != older.hash:
        raise fork
