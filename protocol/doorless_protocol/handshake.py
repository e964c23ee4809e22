"""PQXDH: how two devices that never spoke agree on a first secret.

    initiator                                            responder (offline)
    fetches a signed bundle  ◄─────────────────────────  signed prekey, KEM prekey, one-time pair
    draws EKa, encapsulates twice
    Opening: EKa, two ciphertexts ─────────────────────► derives the same 160 bytes

Signal, "The PQXDH Key Agreement Protocol" rev 3, with a second encapsulation (to the
responder's certified identity KEM key) and a transcript of everything that either side
believes inside the key. Two pure functions; neither touches a state.
Spec: docs/spec/03-handshake.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from doorless_protocol.encoding import PROTOCOL, transcript_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import AccountId, DeviceKeys
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.prekeys import PrekeyId
from doorless_protocol.primitives import (
    X25519_SIZE,
    Kem1024Public,
    KemSeed,
    Random,
    X25519Private,
    X25519Public,
    hkdf,
    kem768_decapsulate,
    kem768_encapsulate,
    kem1024_decapsulate,
    kem1024_encapsulate,
    x25519,
    x25519_public,
)

SECRET_SIZE = 160
"""Ratchet root, hop authenticator, hop chain seed, header keys A and B: 32 bytes each."""

_PREFIX = b"\xff" * 32  # PQXDH §2.2: no X25519 input begins so, which keeps KM apart from XEdDSA
_SALT = bytes(32)
_TRANSCRIPT = b"doorless/1 handshake"
_LABEL = b"doorless/1 pqxdh"


class Kind(IntEnum):
    """What a handshake is for."""

    START = 1
    RESYNC = 2  # the initiator cannot go on with what the two devices had


class PrekeyKind(IntEnum):
    """Whether others may have used the same KEM prekey. A signed fact, in the transcript too."""

    ONE_TIME = 1
    LAST_RESORT = 2


@dataclass(frozen=True, slots=True)
class Party:
    """One end, by what certifies it."""

    account: AccountId
    manifest_version: int
    manifest_hash: bytes
    entry: DeviceEntry


@dataclass(frozen=True, slots=True)
class Prekeys:
    """The public prekeys that the initiator chose.

    Attributes:
        id: of the one-time pair, or of the last resort.
        curve: of the one-time pair; None for the last resort, which has none.
    """

    bundle_id: PrekeyId
    bundle_hash: bytes
    signed_id: PrekeyId
    signed: X25519Public
    kind: PrekeyKind
    id: PrekeyId
    curve: X25519Public | None
    kem: Kem1024Public


@dataclass(frozen=True, slots=True)
class Terms:
    """What both ends must believe alike, before anything is drawn.

    Attributes:
        number: of the session, for this pair of devices.
        known: the highest number that the initiator knew of, 0 for none; below `number`.
        received: of a RESYNC, the counter below which the initiator heard every counted content
            of the responder's device (docs/spec/06-content.md §1.3); 0 in a START.
        address: where the initiator says that replies reach him.
    """

    kind: Kind
    number: int
    known: int
    received: int
    address: str
    initiator: Party
    responder: Party
    prekeys: Prekeys


@dataclass(frozen=True, slots=True)
class Opening:
    """What the initiator sends: his ephemeral key and both KEM ciphertexts."""

    ephemeral: X25519Public
    prekey_ciphertext: bytes = field(repr=False)
    identity_ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrekeyPrivates:
    """The private halves of `Prekeys`."""

    signed: X25519Private = field(repr=False)
    curve: X25519Private | None = field(repr=False)
    kem: KemSeed = field(repr=False)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both ends hold afterwards.

    Attributes:
        session_id: hash of the transcript, 32 bytes; no secret.
        secret: SECRET_SIZE bytes.
    """

    session_id: bytes
    secret: bytes = field(repr=False)


def initiate(ours: DeviceKeys, terms: Terms, random: Random) -> tuple[Opening, Agreed]:
    """The initiator's side. The encapsulations draw inside the library.

    Raises:
        ValueError: both ends are the same device.
        MalformedError: a key of the responder's is of small order.

    Spec: docs/spec/03-handshake.md §3.
    """
    if terms.initiator.entry.device == terms.responder.entry.device:
        raise ValueError("a device cannot talk to itself")
    prekeys, theirs = terms.prekeys, terms.responder.entry
    ephemeral = X25519Private(random(X25519_SIZE))
    agreements = [
        x25519(ours.identity, prekeys.signed),
        x25519(ephemeral, theirs.identity),
        x25519(ephemeral, prekeys.signed),
    ]
    if prekeys.curve is not None:
        agreements.append(x25519(ephemeral, prekeys.curve))
    prekey_secret, prekey_ciphertext = kem1024_encapsulate(prekeys.kem)
    identity_secret, identity_ciphertext = kem768_encapsulate(theirs.kem)
    opening = Opening(x25519_public(ephemeral), prekey_ciphertext, identity_ciphertext)
    return opening, _agree(terms, opening, [*agreements, prekey_secret, identity_secret])


def respond(ours: DeviceKeys, privates: PrekeyPrivates, terms: Terms, opening: Opening) -> Agreed:
    """The responder's side. Nothing is authentic before a message opens under the result.

    Raises:
        MalformedError: both ends are the same device, or a key is not in its one form.

    Spec: docs/spec/03-handshake.md §3.
    """
    check_distinct(terms)
    theirs = terms.initiator.entry
    agreements = [
        x25519(privates.signed, theirs.identity),
        x25519(ours.identity, opening.ephemeral),
        x25519(privates.signed, opening.ephemeral),
    ]
    if privates.curve is not None:
        agreements.append(x25519(privates.curve, opening.ephemeral))
    prekey_secret = kem1024_decapsulate(privates.kem, opening.prekey_ciphertext)
    identity_secret = kem768_decapsulate(ours.kem, opening.identity_ciphertext)
    return _agree(terms, opening, [*agreements, prekey_secret, identity_secret])


def check_distinct(terms: Terms) -> None:
    """Raises MalformedError: a device is said to talk to itself."""
    if terms.initiator.entry.device == terms.responder.entry.device:
        raise MalformedError("both ends of a handshake are the same device")


def _agree(terms: Terms, opening: Opening, secrets: list[bytes]) -> Agreed:
    session_id = transcript_hash(_TRANSCRIPT, _transcript(terms, opening))
    material = _PREFIX + b"".join(secrets)
    return Agreed(session_id, hkdf(_SALT, material, _LABEL + session_id, SECRET_SIZE))


def _transcript(terms: Terms, opening: Opening) -> Iterator[tuple[bytes, bytes]]:
    """Everything that the two ends could disagree about. Spec: docs/spec/03-handshake.md §3.2."""
    prekeys = terms.prekeys
    yield b"protocol", PROTOCOL
    yield b"kind", bytes((terms.kind,))
    yield b"number", terms.number.to_bytes(8, "big")
    yield b"known", terms.known.to_bytes(8, "big")
    yield b"received", terms.received.to_bytes(8, "big")
    yield b"address", terms.address.encode()
    yield from _party(b"initiator", terms.initiator)
    yield from _party(b"responder", terms.responder)
    yield b"bundle id", prekeys.bundle_id
    yield b"bundle hash", prekeys.bundle_hash
    yield b"signed prekey id", prekeys.signed_id
    yield b"signed prekey", prekeys.signed
    yield b"prekey kind", bytes((prekeys.kind,))
    yield b"prekey id", prekeys.id
    yield b"prekey curve", prekeys.curve or b""
    yield b"prekey kem", prekeys.kem
    yield b"ephemeral", opening.ephemeral
    yield b"prekey ciphertext", opening.prekey_ciphertext
    yield b"identity ciphertext", opening.identity_ciphertext


def _party(role: bytes, party: Party) -> Iterator[tuple[bytes, bytes]]:
    yield role + b" account", party.account
    yield role + b" manifest version", party.manifest_version.to_bytes(8, "big")
    yield role + b" manifest hash", party.manifest_hash
    yield role + b" device", party.entry.device
    yield role + b" identity", party.entry.identity
    yield role + b" identity kem", party.entry.kem
