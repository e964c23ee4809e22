"""Key escrow as it was demanded: every message carries its own key, sealed to the authorities.

    envelope | field:   sealed  hybrid key of the message 32, context 65, to the escrow key
                        check   16 bits over both, under a key that all clients and the relay have

The form of Clipper's LEAF (FIPS 185, 1994), on our own ratchet. The escrow key lies in two
halves at two agents, which say nothing apart. The check makes sure that nobody leaves the
field out; it has 16 bits, and so whoever can ask "is this valid?" finds a valid nothing in at
most 65,536 tries (Blaze, 1994). Nothing of this is in the product: an exhibit of the lab.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from doorless_protocol.primitives import (
    HPKE_OVERHEAD,
    NONCE_SIZE,
    TAG_SIZE,
    XWING_PRIVATE_SIZE,
    Random,
    XWingPrivate,
    XWingPublic,
    aead_seal,
    hkdf_extract,
    hmac_sha256,
    hpke_open,
    hpke_seal,
    sha256,
    xwing_public,
)
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.triple import (
    BODY_OFFSET,
    OVERHEAD,
    Triple,
    message_keys,
    read,
)
from doorless_protocol.session import Session
from doorless_protocol.sizes import size_class

CHECK_SIZE = 2
KEY_SIZE, CONTEXT_SIZE = 32, 65
FIELD_SIZE = HPKE_OVERHEAD + KEY_SIZE + CONTEXT_SIZE + CHECK_SIZE

_INFO = b"doorless lab escrow"


@dataclass(frozen=True, slots=True)
class Half:
    """What one of the two agents holds: as good as nothing without the other."""

    share: bytes = field(repr=False)


def draw(random: Random) -> tuple[Half, Half, XWingPublic]:
    """A new escrow key: two halves, and what is built into every client."""
    private, pad = random(XWING_PRIVATE_SIZE), random(XWING_PRIVATE_SIZE)
    return Half(pad), Half(_xor(private, pad)), xwing_public(XWingPrivate(private))


def join(one: Half, other: Half) -> XWingPrivate:
    return XWingPrivate(_xor(one.share, other.share))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


@dataclass(frozen=True, slots=True)
class Build:
    """What the law puts into a client.

    Attributes:
        public: to whom each message's key is sealed, too.
        family: of the check; in Clipper it was inside a chip that nobody could open.
    """

    public: XWingPublic
    family: bytes = field(repr=False)

    def accepts(self, envelope: bytes, escrowed: bytes) -> bool:
        """What relay and receiver ask before they take a message."""
        body, check = escrowed[:-CHECK_SIZE], escrowed[-CHECK_SIZE:]
        return len(escrowed) == FIELD_SIZE and check == self._check(envelope, body)

    def field_of(self, envelope: bytes, key: bytes, context: bytes) -> bytes:
        body = hpke_seal(self.public, _INFO, key + context)
        return body + self._check(envelope, body)

    def _check(self, envelope: bytes, body: bytes) -> bytes:
        return hmac_sha256(self.family, sha256(envelope) + body)[:CHECK_SIZE]


class Sent(NamedTuple):
    """What is on the wire; `escrowed` is empty where no law is built in."""

    envelope: bytes
    escrowed: bytes = b""


def seal(session: Session, content: bytes, random: Random, build: Build) -> tuple[Session, Sent]:
    """As `Session.seal` once the other side has answered, and the field beside it."""
    ratchet, envelope, key = _seal_and_tell(session.ratchet, content, random)
    escrowed = build.field_of(envelope, key, session.ratchet.outgoing)
    follows = Session(session.link, ratchet, None, session.confirmed, True, None, session.healed)
    return follows, Sent(envelope, escrowed)


def _seal_and_tell(held: Triple, content: bytes, random: Random) -> tuple[Triple, bytes, bytes]:
    """A copy of `Triple.seal` that gives the message's key away: the whole difference."""
    size = size_class(OVERHEAD + len(content))
    state, offered, secret = held.hop.send(random)
    label = state.epoch
    epochs = held.epochs if secret is None else held.epochs.add(label, secret)
    double = held.double
    if double.keys.due:
        double = double.answer(label, epochs.turn_secret_of(label), random)
    double, out_key, number, ec_key = double.send()
    epochs, index, pq_key = epochs.send()
    keys, nonce = double.keys, random(NONCE_SIZE)
    header = Header(keys.public, keys.previous, number, label, index, keys.began).encode()
    sealed = out_key.seal(nonce, header, held.outgoing)
    context = held.outgoing + sealed
    hybrid = hkdf_extract(pq_key, ec_key)
    key, commitment = message_keys(hybrid, nonce, context)
    plain = b"".join((offered, len(content).to_bytes(2), content))
    body = aead_seal(key, nonce, plain.ljust(size - BODY_OFFSET - TAG_SIZE, b"\0"), context)
    follows = replace(held, hop=state, double=double, epochs=epochs)
    return follows, b"".join((nonce, sealed, commitment, body)), hybrid


def open_with(private: XWingPrivate, sent: Sent) -> bytes:
    """What the escrow key makes of a message: its content.

    Raises:
        ForgedError: the field is sealed to another key, or holds nothing.
    """
    told = hpke_open(private, _INFO, sent.escrowed[:-CHECK_SIZE])
    return read(told[:KEY_SIZE], sent.envelope, told[KEY_SIZE:])[1]


def forge(
    envelope: bytes, accepts: Callable[[bytes, bytes], bool], random: Random
) -> tuple[bytes, int]:
    """A field that says nothing and passes the check: it, and how many tries it took.

    Args:
        accepts: the check, as the official client has it; the key inside stays unknown.
    """
    noise = random(FIELD_SIZE - CHECK_SIZE)
    for tried in range(2 ** (8 * CHECK_SIZE)):
        field_of_noise = noise + tried.to_bytes(CHECK_SIZE)
        if accepts(envelope, field_of_noise):
            return field_of_noise, tried + 1
    raise ValueError("this check has more than 16 bits")
