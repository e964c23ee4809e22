"""Messengers of before, built from the protocol's own pieces: controls, for the lab alone.

x3dh       no ML-KEM anywhere: three or four Diffie-Hellmans begin a conversation
Classical  the Double Ratchet as it stands in the product, and no post-quantum chain beside it
"""

from collections.abc import Collection
from dataclasses import dataclass

from msgspec import Struct

from doorless_protocol.errors import ForgedError
from doorless_protocol.handshake import SECRET_SIZE
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.primitives import (
    NONCE_SIZE,
    TAG_SIZE,
    AgreementKey,
    Random,
    X25519Private,
    X25519Public,
    aead_open,
    aead_seal,
    hkdf,
    hkdf_expand,
    hkdf_extract,
    x25519,
    x25519_public,
)
from doorless_protocol.ratchet.double import Double
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.triple import BODY_OFFSET, FRONT_SIZE, Seeds, message_keys
from doorless_protocol.sizes import size_class

LABEL = 1
NO_SECRET = bytes(32)
_LENGTH = 2


SUITES = ("x3dh", "pqxdh")
"""Of a messenger that learned the newer one, and still speaks the older: worst first."""


def negotiated(offered: Collection[str]) -> str:
    """The best of what the relay says, unsigned, that the other side can."""
    return max(offered, key=SUITES.index)


@dataclass(frozen=True, slots=True)
class Hello:
    """What X3DH sends in the clear, beside the first message: 64 bytes."""

    identity: X25519Public
    ephemeral: X25519Public


def begin_x3dh(
    ours: DeviceKeys,
    identity: X25519Public,
    signed_prekey: X25519Public,
    one_time: X25519Public | None,
    random: Random,
) -> tuple[Hello, bytes]:
    """The initiator's side: what to send, and the secret."""
    ephemeral = X25519Private(random(32))
    agreements = [
        x25519(ours.identity, signed_prekey),
        x25519(ephemeral, identity),
        x25519(ephemeral, signed_prekey),
    ]
    if one_time is not None:
        agreements.append(x25519(ephemeral, one_time))
    return Hello(x25519_public(ours.identity), x25519_public(ephemeral)), _secret(agreements)


def accept_x3dh(
    identity: X25519Private,
    signed_prekey: X25519Private,
    one_time: X25519Private | None,
    hello: Hello,
) -> bytes:
    """The responder's side: the secret."""
    agreements = [
        x25519(signed_prekey, hello.identity),
        x25519(identity, hello.ephemeral),
        x25519(signed_prekey, hello.ephemeral),
    ]
    if one_time is not None:
        agreements.append(x25519(one_time, hello.ephemeral))
    return _secret(agreements)


def _secret(agreements: list[bytes]) -> bytes:
    return hkdf(bytes(32), b"\xff" * 32 + b"".join(agreements), b"x3dh", SECRET_SIZE)


class Classical(Struct, frozen=True):
    """One side of a conversation under the Double Ratchet alone. Messages come in order."""

    outgoing: bytes
    incoming: bytes
    double: Double

    @classmethod
    def start(
        cls, secret: bytes, theirs: bytes, outgoing: bytes, incoming: bytes, random: Random
    ) -> "Classical":
        seeds = Seeds.split(secret)
        keys = seeds.header_key_a, seeds.header_key_b
        double = Double.start(seeds.root, theirs, *keys, LABEL, NO_SECRET, random)
        return cls(outgoing, incoming, double)

    @classmethod
    def accept(
        cls, secret: bytes, ours: X25519Private, outgoing: bytes, incoming: bytes
    ) -> "Classical":
        seeds = Seeds.split(secret)
        keys = seeds.header_key_a, seeds.header_key_b
        double = Double.accept(seeds.root, AgreementKey(ours), *keys, LABEL)
        return cls(outgoing, incoming, double)

    def seal(self, content: bytes, random: Random) -> tuple["Classical", bytes]:
        """What follows, and an envelope in a size class of the product's."""
        size = size_class(BODY_OFFSET + TAG_SIZE + _LENGTH + len(content))
        double = self.double
        if double.keys.due:
            double = double.answer(LABEL, NO_SECRET, random)
        double, out_key, number, ec_key = double.send()
        keys, nonce = double.keys, random(NONCE_SIZE)
        header = Header(keys.public, keys.previous, number, LABEL, number, LABEL).encode()
        sealed = out_key.seal(nonce, header, self.outgoing)
        context = self.outgoing + sealed
        key, commitment = message_keys(hkdf_extract(NO_SECRET, ec_key), nonce, context)
        plain = (len(content).to_bytes(_LENGTH) + content).ljust(
            size - BODY_OFFSET - TAG_SIZE, b"\0"
        )
        body = aead_seal(key, nonce, plain, context)
        follows = Classical(self.outgoing, self.incoming, double)
        return follows, nonce + sealed + commitment + body

    def header(self, envelope: bytes) -> Header | None:
        """Of the next message, if a header key of ours opens it."""
        nonce, sealed = envelope[:NONCE_SIZE], envelope[NONCE_SIZE:FRONT_SIZE]
        keys = self.double.keys
        for key in (keys.in_key, keys.next_in_key):
            if key is not None and (plain := key.open(nonce, sealed, self.incoming)):
                return Header.decode(plain)
        return None

    def open(self, envelope: bytes) -> tuple["Classical", bytes]:
        """Raises ForgedError: no key of ours opens it. And as Double.hear and Double.turn do."""
        header = self.header(envelope)
        if header is None:
            raise ForgedError("no header key of this conversation opens it")
        double = self.double
        if double.receiving is not None and header.dh == double.keys.theirs:
            double, _, ec_key = double.hear(header.dh, header.number)
        else:
            double, _, ec_key = double.turn(header.dh, header.previous, header.number, NO_SECRET)
        nonce, context = envelope[:NONCE_SIZE], self.incoming + envelope[NONCE_SIZE:FRONT_SIZE]
        key, _ = message_keys(hkdf_extract(NO_SECRET, ec_key), nonce, context)
        plain = aead_open(key, nonce, envelope[BODY_OFFSET:], context)
        end = _LENGTH + int.from_bytes(plain[:_LENGTH])
        return Classical(self.outgoing, self.incoming, double), plain[_LENGTH:end]


def xor_seal(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """Encrypted and not authenticated, as early messengers did; it opens itself."""
    stream = hkdf_expand(key, nonce, len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))
