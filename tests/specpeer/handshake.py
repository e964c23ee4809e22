"""PQXDH with a second encapsulation and a full transcript. docs/spec/03-handshake.md."""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.identities import Device
from specpeer.manifests import Entry, Head
from specpeer.wire import Cursor, transcript_hash, u8, u64

ONE_TIME, LAST_RESORT = 1, 2
START, RESYNC = 1, 2


@dataclass
class Party:
    """One end, as the other names it. §2.1."""

    account: bytes
    manifest_version: int
    manifest_hash: bytes
    device: bytes
    identity: bytes
    identity_kem: bytes

    @classmethod
    def of(cls, head: Head, entry: Entry) -> "Party":
        names = (head.account, head.version, head.hash)
        return cls(*names, entry.device, entry.identity, entry.identity_kem)

    def fields(self, who: str) -> list[tuple[str, bytes]]:
        return [
            (f"{who} account", self.account),
            (f"{who} manifest version", u64(self.manifest_version)),
            (f"{who} manifest hash", self.manifest_hash),
            (f"{who} device", self.device),
            (f"{who} identity", self.identity),
            (f"{who} identity kem", self.identity_kem),
        ]


@dataclass
class Handshake:
    """What one initial message is about. §3.2."""

    kind: int
    number: int
    known: int
    received: int
    address: str
    bundle_id: bytes
    bundle_hash: bytes
    signed_id: bytes
    signed_key: bytes
    prekey_id: bytes
    prekey_curve: bytes  # empty: last resort
    prekey_kem: bytes
    ephemeral: bytes
    prekey_ciphertext: bytes
    identity_ciphertext: bytes

    @property
    def prekey_kind(self) -> int:
        return ONE_TIME if self.prekey_curve else LAST_RESORT

    @property
    def origin(self) -> bytes:
        """§6.1."""
        return self.bundle_id + self.ephemeral

    def session_id(self, initiator: Party, responder: Party) -> bytes:
        fields = [
            ("protocol", b"\x01\x01"),
            ("kind", u8(self.kind)),
            ("number", u64(self.number)),
            ("known", u64(self.known)),
            ("received", u64(self.received)),
            ("address", self.address.encode()),
            *initiator.fields("initiator"),
            *responder.fields("responder"),
            ("bundle id", self.bundle_id),
            ("bundle hash", self.bundle_hash),
            ("signed prekey id", self.signed_id),
            ("signed prekey", self.signed_key),
            ("prekey kind", u8(self.prekey_kind)),
            ("prekey id", self.prekey_id),
            ("prekey curve", self.prekey_curve),
            ("prekey kem", self.prekey_kem),
            ("ephemeral", self.ephemeral),
            ("prekey ciphertext", self.prekey_ciphertext),
            ("identity ciphertext", self.identity_ciphertext),
        ]
        return transcript_hash("doorless/1 handshake", fields)


@dataclass
class Secrets:
    """§4."""

    root: bytes
    hop_authenticator: bytes
    hop_seed: bytes
    header_a: bytes
    header_b: bytes


def derive(session_id: bytes, agreements: list[bytes], kem_secrets: list[bytes]) -> Secrets:
    """`agreements`: the three or four DH of §3.1, in their order; `kem_secrets`: the two SS."""
    material = b"\xff" * 32 + b"".join(agreements) + b"".join(kem_secrets)
    at = Cursor(crypto.hkdf(bytes(32), material, b"doorless/1 pqxdh" + session_id, 160))
    return Secrets(*(at.take(32) for _ in range(5)))


def agreements_of_initiator(
    device: Device, ephemeral: bytes, responder: Party, handshake: Handshake
) -> list[bytes]:
    found = [
        crypto.x25519(device.identity, handshake.signed_key),
        crypto.x25519(ephemeral, responder.identity),
        crypto.x25519(ephemeral, handshake.signed_key),
    ]
    if handshake.prekey_curve:
        found.append(crypto.x25519(ephemeral, handshake.prekey_curve))
    return found


def agreements_of_responder(
    device: Device, signed_key: bytes, pair: bytes | None, initiator: Party, ephemeral: bytes
) -> list[bytes]:
    found = [
        crypto.x25519(signed_key, initiator.identity),
        crypto.x25519(device.identity, ephemeral),
        crypto.x25519(signed_key, ephemeral),
    ]
    if pair:
        found.append(crypto.x25519(pair, ephemeral))
    return found


def session_number(known: int, milliseconds: int) -> int:
    """§5.1."""
    return max(known + 1, milliseconds)
