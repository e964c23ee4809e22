"""Prekeys: one signed bundle, a batch of one-time pairs. docs/spec/02-identities.md §4, §5."""

from dataclasses import dataclass, field, replace

from specpeer import crypto, merkle, signing
from specpeer.crypto import Draws, Refused, forged, malformed, sha256
from specpeer.identities import Device
from specpeer.manifests import DAY, Entry
from specpeer.signing import VERSION_AND_SUITE
from specpeer.wire import Cursor, u16, u64

LABEL = "doorless/1 prekey bundle"
LIFETIME = 30 * DAY
BATCH = 100


@dataclass
class Bundle:
    """§4.1."""

    account: bytes
    device: bytes
    id: bytes
    created: int
    expires: int
    signed_id: bytes
    signed_key: bytes
    last_id: bytes
    last_key: bytes
    envelope_id: bytes
    envelope_key: bytes
    pairs: int
    root: bytes
    signature: bytes

    def signed(self) -> bytes:
        return (
            VERSION_AND_SUITE
            + self.account
            + self.device
            + self.id
            + u64(self.created)
            + u64(self.expires)
            + b"\x01"
            + self.signed_id
            + self.signed_key
            + b"\x02"
            + self.last_id
            + self.last_key
            + b"\x03"
            + self.envelope_id
            + self.envelope_key
            + u16(self.pairs)
            + self.root
        )

    def encode(self) -> bytes:
        return self.signed() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> "Bundle":
        at = Cursor(data)
        at.expect(VERSION_AND_SUITE, "another version or suite")
        account, device, bundle = at.take(32), at.take(16), at.take(8)
        created, expires = at.number(), at.number()
        at.expect(b"\x01", "not a signed prekey")
        signed_id, signed_key = at.take(8), crypto.parse_x25519(at.take(32))
        at.expect(b"\x02", "not a last resort")
        last_id, last_key = at.take(8), crypto.parse_kem1024(at.take(1568))
        at.expect(b"\x03", "not an envelope key")
        envelope_id, envelope_key = at.take(8), crypto.parse_xwing(at.take(1216))
        pairs, root, signature = at.uint(2), at.take(32), at.take(3373)
        at.end()
        if created % DAY:
            raise malformed("created is not the start of a day")
        if not created < expires <= created + LIFETIME:
            raise malformed("a life that is none, or too long")
        return cls(
            *(account, device, bundle, created, expires),
            *(signed_id, signed_key, last_id, last_key, envelope_id, envelope_key),
            *(pairs, root, signature),
        )

    @property
    def hash(self) -> bytes:
        return sha256(b"doorless/1 prekey bundle hash" + self.encode())


@dataclass
class Pair:
    """§4.2."""

    id: bytes
    curve: bytes
    kem: bytes

    def encode(self) -> bytes:
        return b"\x04" + self.id + self.curve + b"\x05" + self.id + self.kem

    @classmethod
    def decode(cls, data: bytes) -> "Pair":
        at = Cursor(data)
        at.expect(b"\x04", "not the X25519 half of a pair")
        pair, curve = at.take(8), crypto.parse_x25519(at.take(32))
        at.expect(b"\x05" + pair, "not the ML-KEM half of this pair")
        kem = crypto.parse_kem1024(at.take(1568))
        at.end()
        return cls(pair, curve, kem)


@dataclass
class Served:
    """What a relay answers: §4.4. Without a pair: last resort."""

    bundle: Bundle
    pair: Pair | None
    index: int
    path: list[bytes]

    @classmethod
    def decode(cls, bundle: bytes, pair: bytes, index: int, path: list[bytes]) -> "Served":
        if not pair and (index or path):
            raise malformed("a path that leads from nothing")
        return cls(Bundle.decode(bundle), Pair.decode(pair) if pair else None, index, path)

    def check(self, entry: Entry, account: bytes, now: int) -> None:
        bundle = self.bundle
        if (bundle.account, bundle.device) != (account, entry.device):
            raise forged("a bundle of somebody else")
        signing.verify(entry.key, LABEL, bundle.signed(), bundle.signature)
        if not bundle.created - DAY <= now <= bundle.expires:
            raise Refused("ExpiredError", "a bundle out of its time")
        if self.pair:
            leaf = self.pair.encode()
            merkle.verify(leaf, self.index, bundle.pairs, self.path, bundle.root)


@dataclass
class PairSecrets:
    id: bytes
    curve: bytes
    kem: bytes

    def public(self) -> Pair:
        return Pair(self.id, crypto.x25519_public(self.curve), crypto.kem1024_public(self.kem))


@dataclass
class Secrets:
    """The private halves of one bundle and its batch. `spent`: ids of pairs that were used."""

    bundle: Bundle
    signed_key: bytes
    last_key: bytes
    envelope_key: bytes
    pairs: list[PairSecrets]
    spent: set[bytes] = field(default_factory=set)

    def pair(self, wanted: bytes) -> PairSecrets:
        for pair in self.pairs:
            if pair.id == wanted and pair.id not in self.spent:
                return pair
        raise Refused("UnknownPrekeyError", "no such pair, or it was used")


def draw(device: Device, account: bytes, now: int, draws: Draws, count: int = BATCH) -> Secrets:
    """A bundle with its secrets. Every id is random, 8 bytes."""
    bundle_id = draws.random(8)
    signed_id, signed_key = draws.random(8), draws.random(32)
    last_id, last_key = draws.random(8), draws.random(64)
    envelope_id, envelope_key = draws.random(8), draws.random(96)
    created = now - now % DAY
    bundle = Bundle(
        *(account, device.id, bundle_id, created, created + LIFETIME),
        *(signed_id, crypto.x25519_public(signed_key)),
        *(last_id, crypto.kem1024_public(last_key)),
        *(envelope_id, crypto.xwing_public(envelope_key)),
        *(0, b"", b""),
    )
    return _with_batch(
        Secrets(bundle, signed_key, last_key, envelope_key, []), device, draws, count
    )


def refill(held: Secrets, device: Device, draws: Draws, count: int = BATCH) -> Secrets:
    """The same keys and times, another id, batch and signature. §5.3."""
    bundle = replace(held.bundle, id=draws.random(8))
    secrets = replace(held, bundle=bundle, spent=set())
    return _with_batch(secrets, device, draws, count)


def _with_batch(secrets: Secrets, device: Device, draws: Draws, count: int) -> Secrets:
    pairs = [PairSecrets(draws.random(8), draws.random(32), draws.random(64)) for _ in range(count)]
    root = merkle.root([pair.public().encode() for pair in pairs])
    bundle = replace(secrets.bundle, pairs=count, root=root)
    bundle.signature = device.signer.sign(LABEL, bundle.signed(), draws)
    return replace(secrets, bundle=bundle, pairs=pairs)


def serve(secrets: Secrets, index: int | None) -> Served:
    """What a relay serves: pair `index`, or none."""
    if index is None:
        return Served(secrets.bundle, None, 0, [])
    leaves = [pair.public().encode() for pair in secrets.pairs]
    pair = secrets.pairs[index].public()
    return Served(secrets.bundle, pair, index, merkle.path(leaves, index))
