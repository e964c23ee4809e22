"""The hop: an ML-KEM-768 key agreement that goes on for as long as both sides talk.

    owner of epoch e                                   the other
    DRAWING ── send: draw, offer EK(e) ──►             WAITING
    OFFERING ◄─ EK(e) in every message ──────────────► HOLDING    (checked on arrival)
       │     ◄──────────── CT(e) in every message ──── ANSWERING  (encapsulated on send)
       ▼ hear CT(e)                                        │ hear any message of epoch e+1
    WAITING of e+1                                     DRAWING of e+1

UniKEM of ePrint 2025/2267 with alternating owner; owner of epoch 1 is the initiator. He begins
as OFFERING THE IDENTITY: the other side has that key from his manifest, so the field stays
empty, and its seed stays out of the session.

Field, 1,217 bytes, in every body (docs/spec/04-ratchet.md §5.5):

    offset  size  field
         0     1  kind   0 nothing, 1 EK, 2 CT
         1  1184  value  CT 1,088 and zeros
      1185    32  mac    of EK(e) under auth_e, of CT(e) under auth_{e+1}

Spec: docs/spec/04-ratchet.md §5.3, docs/spec/04-ratchet.md §5.4.
"""

# ruff: noqa: ARG002 - every state answers both questions, whatever it needs for that

from msgspec import Struct

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.primitives import (
    KEM768_CIPHERTEXT_SIZE,
    KEM768_PUBLIC_SIZE,
    KEM_SEED_SIZE,
    DecapsulationKey,
    EncapsulationKey,
    KemSeed,
    Random,
    hkdf,
    hmac_sha256,
    same,
    sha3_256,
)

NOTHING, EK, CT = 0, 1, 2
MAC_SIZE = 32
FIELD_SIZE = 1 + KEM768_PUBLIC_SIZE + MAC_SIZE
EMPTY = bytes(FIELD_SIZE)

FIRST_EPOCH = 1
LAST_EPOCH = MAX_NUMBER
"""No key is drawn and nothing is encapsulated in this epoch, so no other one follows it."""

_AUTH, _EPOCH, _FIELD = b"doorless/1 hop auth", b"doorless/1 hop epoch", b"doorless/1 hop field"
_VALUE = slice(1, 1 + KEM768_PUBLIC_SIZE)
_CIPHERTEXT_END = 1 + KEM768_CIPHERTEXT_SIZE
_PADDING = bytes(KEM768_PUBLIC_SIZE - KEM768_CIPHERTEXT_SIZE)
_NO_ROOT = bytes(32)


class Auth(Struct, frozen=True, array_like=True, gc=False):
    """What authenticates an epoch's field, whoever holds a message key.

    Spec: docs/spec/04-ratchet.md §5.3.
    """

    root: bytes
    mac_key: bytes

    @classmethod
    def start(cls, seed: bytes) -> "Auth":
        """Of epoch 1, from the handshake's hop authenticator."""
        return cls._of(_NO_ROOT, seed, 0)

    @classmethod
    def _of(cls, root: bytes, secret: bytes, epoch: int) -> "Auth":
        out = hkdf(root, secret, _AUTH + epoch.to_bytes(8, "big"), 64)
        return cls(out[:32], out[32:])

    def agree(self, epoch: int, shared: bytes, ek: bytes, ct: bytes) -> tuple["Auth", bytes]:
        """What authenticates the next epoch, and K_e, the secret of the chains of this one."""
        info = _EPOCH + epoch.to_bytes(8, "big") + sha3_256(ek) + sha3_256(ct)
        secret = hkdf(self.root, shared, info, 32)
        return Auth._of(self.root, secret, epoch), secret

    def field(self, kind: int, epoch: int, value: bytes) -> bytes:
        body = bytes((kind,)) + value.ljust(KEM768_PUBLIC_SIZE, b"\0")
        return body + self.mac(epoch, body)

    def mac(self, epoch: int, body: bytes) -> bytes:
        """Over kind and value."""
        return hmac_sha256(self.mac_key, _FIELD + epoch.to_bytes(8, "big") + body)

    def __repr__(self) -> str:
        return "Auth()"


class State(Struct, frozen=True, array_like=True, gc=False):
    """What every state knows. Each of them answers two questions:

    send(random) -> (what follows, the field to send, K_e where this send derived it)
        Raises ValueError: the last epoch.

    hear(label, field, identity) -> (what follows, K_e where the message brought it)
        Of an authentic message, labelled with our epoch, or the next one while ANSWERING;
        its field is in its form. `identity` is this device's KEM seed, used in epoch 1 only.
        Raises BrokenSessionError: the MAC is wrong, which refuses the whole message.
        Raises MalformedError: the MAC is right, and the key is none.

    Attributes:
        epoch: our label, too: what our next message carries.
    """

    epoch: int
    auth: Auth

    def __repr__(self) -> str:
        return f"{type(self).__name__}(epoch={self.epoch})"


class Drawing(State, frozen=True, array_like=True, gc=False, tag="O0"):
    """O0: we own the epoch, and draw its key when we send."""

    def send(self, random: Random) -> "Sent":
        check_epoch(self.epoch)
        key = DecapsulationKey(random(KEM_SEED_SIZE))
        field = self.auth.field(EK, self.epoch, key.public())
        return Offering(self.epoch, self.auth, field, key), field, None

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        return self, None


class Offering(State, frozen=True, array_like=True, gc=False, tag="O1"):
    """O1: our key is out, in every message until the answer comes."""

    field: bytes
    key: DecapsulationKey

    def send(self, random: Random) -> "Sent":
        return self, self.field, None

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        if field[0] != CT:
            return self, None
        return _take(self, self.key, self.field[_VALUE], field)


class OfferingIdentity(State, frozen=True, array_like=True, gc=False, tag="O1'"):
    """O1 of epoch 1: our key is the certified identity KEM key, which no session holds."""

    def send(self, random: Random) -> "Sent":
        return self, EMPTY, None

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        if field[0] != CT:
            return self, None
        key = DecapsulationKey(identity)
        return _take(self, key, key.public(), field)


class Waiting(State, frozen=True, array_like=True, gc=False, tag="E0"):
    """E0: the other side owns the epoch, and has not shown its key."""

    def send(self, random: Random) -> "Sent":
        return self, EMPTY, None

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        if field[0] != EK:
            return self, None
        check_mac(self.auth, self.epoch, field)
        return Holding(self.epoch, self.auth, EncapsulationKey(field[_VALUE])), None


class Holding(State, frozen=True, array_like=True, gc=False, tag="E1"):
    """E1: we have their key, and encapsulate to it when we send."""

    theirs: EncapsulationKey

    def send(self, random: Random) -> "Sent":
        check_epoch(self.epoch)
        shared, ct = self.theirs.encapsulate()
        auth, secret = self.auth.agree(self.epoch, shared, self.theirs.raw, ct)
        field = auth.field(CT, self.epoch, ct)
        return Answering(self.epoch, auth, field), field, secret

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        return self, None


class Answering(State, frozen=True, array_like=True, gc=False, tag="E2"):
    """E2: our answer is out, in every message until one of the next epoch comes."""

    field: bytes

    def send(self, random: Random) -> "Sent":
        return self, self.field, None

    def hear(self, label: int, field: bytes, identity: KemSeed) -> "Heard":
        return (self if label == self.epoch else Drawing(label, self.auth)), None


Hop = Drawing | Offering | OfferingIdentity | Waiting | Holding | Answering
Sent = tuple[Hop, bytes, bytes | None]
Heard = tuple[Hop, bytes | None]


def start_initiator(seed: bytes) -> OfferingIdentity:
    """`seed` is the handshake's hop authenticator. Spec: docs/spec/04-ratchet.md §5.6."""
    return OfferingIdentity(FIRST_EPOCH, Auth.start(seed))


def start_responder(seed: bytes, their_identity: bytes) -> Holding:
    """`their_identity` is the initiator's certified identity KEM key.

    Spec: docs/spec/04-ratchet.md §5.6.
    """
    return Holding(FIRST_EPOCH, Auth.start(seed), EncapsulationKey(their_identity))


def _take(state: Hop, key: DecapsulationKey, ek: bytes, field: bytes) -> Heard:
    """Their answer to our key: the next epoch is theirs."""
    ct = field[1:_CIPHERTEXT_END]
    auth, secret = state.auth.agree(state.epoch, key.decapsulate(ct), ek, ct)
    check_mac(auth, state.epoch, field)
    return Waiting(state.epoch + 1, auth), secret


def check_mac(auth: Auth, epoch: int, field: bytes) -> None:
    """A message key alone plants nothing. Raises BrokenSessionError.

    Spec: docs/spec/04-ratchet.md §5.5.
    """
    if not same(auth.mac(epoch, field[:-MAC_SIZE]), field[-MAC_SIZE:]):
        raise BrokenSessionError(f"hop field of epoch {epoch} has a wrong MAC")


def check_form(field: bytes) -> None:
    """Raises BrokenSessionError: a hop field that is not in its one form.

    Spec: docs/spec/04-ratchet.md §5.5.
    """
    kind = field[0]
    if kind == EK or (kind == NOTHING and field == EMPTY):
        return
    if kind != CT or field[_CIPHERTEXT_END:-MAC_SIZE] != _PADDING:
        raise BrokenSessionError("hop field is not in its one form")


def check_epoch(epoch: int) -> None:
    """Raises ValueError: nothing leads on from the last epoch.

    Spec: docs/spec/04-ratchet.md §5.1.
    """
    if epoch >= LAST_EPOCH:
        raise ValueError("this is the last epoch of this session")
