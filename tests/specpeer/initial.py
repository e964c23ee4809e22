"""The envelope of first contact. docs/spec/05-envelope.md §3."""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.addresses import parse_address
from specpeer.crypto import Draws, Refused, malformed
from specpeer.handshake import LAST_RESORT, ONE_TIME, RESYNC, START
from specpeer.manifests import STAPLE, Staple
from specpeer.prekeys import Secrets
from specpeer.wire import Cursor, u8, u16, u64

SIZE, INSIDE, MESSAGE, PROOF = 32_768, 31_632, 8192, 11_264


@dataclass
class Inside:
    """§3.2."""

    kind: int
    number: int
    known: int
    received: int
    address: str
    staple: Staple
    manifest_version: int
    manifest_hash: bytes
    bundle_id: bytes
    bundle_hash: bytes
    signed_id: bytes
    prekey_kind: int
    prekey_id: bytes
    ephemeral: bytes
    prekey_ciphertext: bytes
    identity_ciphertext: bytes
    message: bytes
    proof: bytes = b""

    def encode(self) -> bytes:
        address = self.address.encode()
        said = (
            b"\x01\x01"
            + u8(self.kind)
            + u64(self.number)
            + u64(self.known)
            + u64(self.received)
            + u16(len(address))
            + address.ljust(300, b"\0")
            + self.staple.encode()
            + u64(self.manifest_version)
            + self.manifest_hash
            + self.bundle_id
            + self.bundle_hash
            + self.signed_id
            + u8(self.prekey_kind)
            + self.prekey_id
            + self.ephemeral
            + self.prekey_ciphertext
            + self.identity_ciphertext
            + self.message
            + u16(len(self.proof))
            + self.proof
        )
        return said.ljust(INSIDE, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> "Inside":
        at = Cursor(data)
        at.expect(b"\x01\x01", "another version or suite")
        kind = at.uint(1)
        number, known, received = at.number(), at.number(), at.number()
        if kind not in (START, RESYNC) or (kind == START and received):
            raise malformed("another kind, or one that received something")
        if known >= number:
            raise malformed("numbers that do not rise")
        address = _address(at)
        staple = Staple.decode(at.take(STAPLE))
        manifest_version, manifest_hash = at.number(), at.take(32)
        bundle_id, bundle_hash, signed_id = at.take(8), at.take(32), at.take(8)
        prekey_kind, prekey_id = at.uint(1), at.take(8)
        if prekey_kind not in (ONE_TIME, LAST_RESORT):
            raise malformed("another kind of prekey")
        ephemeral = crypto.parse_x25519(at.take(32))
        prekey_ciphertext, identity_ciphertext = at.take(1568), at.take(1088)
        message = at.take(MESSAGE)
        length = at.uint(2)
        if length > PROOF:
            raise malformed("a proof that is too long")
        proof = at.take(length)
        at.zeros(INSIDE - at.at)
        at.end()
        return cls(
            *(kind, number, known, received, address, staple, manifest_version, manifest_hash),
            *(bundle_id, bundle_hash, signed_id, prekey_kind, prekey_id, ephemeral),
            *(prekey_ciphertext, identity_ciphertext, message, proof),
        )


def _address(at: Cursor) -> str:
    length = at.uint(2)
    if not 1 <= length <= 300:
        raise malformed("an address of no such length")
    raw = at.take(length)
    at.zeros(300 - length)
    try:
        address = raw.decode("ascii")
    except UnicodeDecodeError:
        raise malformed("not ASCII") from None
    handle, relay = parse_address(address)
    if f"{handle}@{relay}" != address:
        raise malformed("an address in a second form")
    return address


def info(account: bytes, device: bytes, envelope_id: bytes) -> bytes:
    """The recipient's. §3.1."""
    return b"doorless/1 first contact" + account + device + envelope_id


def seal(inside: Inside, recipient_key: bytes, bound: bytes, draws: Draws) -> bytes:
    return draws.seal_hpke(recipient_key, bound, inside.encode())


def open_initial(
    envelope: bytes, account: bytes, device: bytes, held: list[Secrets]
) -> tuple[Inside, Secrets]:
    """`held`: the newest first."""
    if len(envelope) != SIZE:
        raise malformed(f"an envelope of {len(envelope)} bytes is no first contact")
    for key, envelope_id in _keys_of(held):
        try:
            plain = crypto.hpke_open(key, info(account, device, envelope_id), envelope)
        except Refused:
            continue
        inside = Inside.decode(plain)
        for secrets in held:
            if (secrets.bundle.id, secrets.bundle.envelope_id) == (inside.bundle_id, envelope_id):
                return inside, secrets
        raise malformed("sealed to the envelope key of another bundle")
    raise Refused("ForgedError", "no envelope key opens it")


def _keys_of(held: list[Secrets]) -> list[tuple[bytes, bytes]]:
    """Each once, however many bundles share it; at most 16. docs/spec/02-identities.md §5.5."""
    keys = {secrets.envelope_key: secrets.bundle.envelope_id for secrets in held}
    return list(keys.items())[:16]
