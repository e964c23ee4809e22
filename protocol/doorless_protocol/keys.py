"""Who signs: the keys of accounts and devices, and the ids that name them.

    24 words ── recovery seed ──► account key ── signs ──► manifest ── lists ──► device keys
                                       │                                             │
                                  account id                         sign prekey bundles and logins

A signing key is hybrid: Ed25519 and ML-DSA-65, and both must verify.
Spec: docs/spec/02-identities.md §1.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import NewType, Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.primitives import (
    ED25519_PUBLIC_SIZE,
    ED25519_SIGNATURE_SIZE,
    KEM_SEED_SIZE,
    MLDSA65_PUBLIC_SIZE,
    MLDSA65_SIGNATURE_SIZE,
    SIGNING_SEED_SIZE,
    X25519_SIZE,
    KemSeed,
    Random,
    X25519Private,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    hkdf_expand,
    mldsa65_public,
    mldsa65_sign,
    mldsa65_verify,
    parse_ed25519,
    sha256,
)

AccountId = NewType("AccountId", bytes)  # 32 bytes, a hash of the account's key
DeviceId = NewType("DeviceId", bytes)  # 16 bytes, random
MailboxId = NewType("MailboxId", bytes)  # 16 bytes, random; where the relay puts envelopes

ACCOUNT_ID_SIZE, DEVICE_ID_SIZE, MAILBOX_ID_SIZE = 32, 16, 16
RECOVERY_SEED_SIZE = 32
SIGNING_KEY_SIZE = 2 * SIGNING_SEED_SIZE  # 64
VERIFYING_KEY_SIZE = ED25519_PUBLIC_SIZE + MLDSA65_PUBLIC_SIZE  # 1,984
SIGNATURE_SIZE = ED25519_SIGNATURE_SIZE + MLDSA65_SIGNATURE_SIZE  # 3,373

_STORED_VERSION = b"\x01"


class Purpose(Enum):
    """What is signed. The label is signed too, so that no signature serves two purposes.

    Spec: docs/spec/01-primitives.md §3.1.
    """

    MANIFEST = b"doorless/1 manifest"
    PREKEY_BUNDLE = b"doorless/1 prekey bundle"
    RELAY_LOGIN = b"doorless/1 relay login"
    LOG_RECORD = b"doorless/1 log record"
    GROUP_OPERATION = b"doorless/1 group operation"  # reserved for groups
    LINK = b"doorless/1 link"


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public half: Ed25519 32 || ML-DSA-65 1,952. Made by `decode` or by a SigningKey."""

    encoded: bytes

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: wrong size, or an Ed25519 point with which forging is easy."""
        if len(data) != VERIFYING_KEY_SIZE:
            raise MalformedError(f"verifying key of {len(data)} bytes, not {VERIFYING_KEY_SIZE}")
        parse_ed25519(data[:ED25519_PUBLIC_SIZE])
        return cls(data)

    def encode(self) -> bytes:
        return self.encoded

    def verify(self, purpose: Purpose, signed: bytes, signature: bytes) -> None:
        """Check both halves of a signature.

        Raises:
            ForgedError: either half is not a signature of exactly this, for this purpose.

        Spec: docs/spec/01-primitives.md §3.
        """
        if len(signature) != SIGNATURE_SIZE:
            raise ForgedError(f"signature of {len(signature)} bytes, not {SIGNATURE_SIZE}")
        message = _message(purpose, self, signed)
        ed25519_verify(
            self.encoded[:ED25519_PUBLIC_SIZE], message, signature[:ED25519_SIGNATURE_SIZE]
        )
        mldsa65_verify(
            self.encoded[ED25519_PUBLIC_SIZE:], message, signature[ED25519_SIGNATURE_SIZE:]
        )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half: two seeds, Ed25519 32 || ML-DSA-65 32, and the public key they give."""

    seed: bytes = field(repr=False)
    verifying: VerifyingKey = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        if len(seed) != SIGNING_KEY_SIZE:
            raise ValueError(f"signing seed of {len(seed)} bytes, not {SIGNING_KEY_SIZE}")
        public = ed25519_public(seed[:SIGNING_SEED_SIZE])
        return cls(seed, VerifyingKey(public + mldsa65_public(seed[SIGNING_SEED_SIZE:])))

    @classmethod
    def draw(cls, random: Random) -> Self:
        return cls.from_seed(random(SIGNING_KEY_SIZE))

    def sign(self, purpose: Purpose, signed: bytes) -> bytes:
        """Return 3,373 bytes, other ones each time. Spec: docs/spec/01-primitives.md §3."""
        message = _message(purpose, self.verifying, signed)
        first = ed25519_sign(self.seed[:SIGNING_SEED_SIZE], message)
        return first + mldsa65_sign(self.seed[SIGNING_SEED_SIZE:], message)


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """Everything private that makes a device itself. None of it is on any other device.

    193 bytes in storage (docs/spec/02-identities.md §3.2):

        offset  size  field
             0     1  version   1
             1    16  device    its id
            17    16  mailbox   where its envelopes wait
            33    64  signing   seeds of Ed25519 and ML-DSA-65
            97    32  identity  X25519 private key
           129    64  kem       ML-KEM-768 seed
    """

    device: DeviceId
    mailbox: MailboxId
    signing: SigningKey
    identity: X25519Private = field(repr=False)
    kem: KemSeed = field(repr=False)

    @classmethod
    def draw(cls, random: Random) -> Self:
        return cls(
            DeviceId(random(DEVICE_ID_SIZE)),
            MailboxId(random(MAILBOX_ID_SIZE)),
            SigningKey.draw(random),
            X25519Private(random(X25519_SIZE)),
            KemSeed(random(KEM_SEED_SIZE)),
        )

    def encode(self) -> bytes:
        return b"".join(
            (
                _STORED_VERSION,
                self.device,
                self.mailbox,
                self.signing.seed,
                self.identity,
                self.kem,
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "device keys")
        reader.exactly(_STORED_VERSION, "version")
        keys = cls(
            DeviceId(reader.raw(DEVICE_ID_SIZE)),
            MailboxId(reader.raw(MAILBOX_ID_SIZE)),
            SigningKey.from_seed(reader.raw(SIGNING_KEY_SIZE)),
            X25519Private(reader.raw(X25519_SIZE)),
            KemSeed(reader.raw(KEM_SEED_SIZE)),
        )
        reader.end()
        return keys


def account_signing_key(recovery_seed: bytes) -> SigningKey:
    """The account's key, the same from the same 32 bytes. Spec: docs/spec/02-identities.md §1.2."""
    if len(recovery_seed) != RECOVERY_SEED_SIZE:
        raise ValueError(f"recovery seed of {len(recovery_seed)} bytes, not {RECOVERY_SEED_SIZE}")
    seed = hkdf_expand(recovery_seed, b"doorless/1 account key", SIGNING_KEY_SIZE)
    return SigningKey.from_seed(seed)


def account_id(key: VerifyingKey) -> AccountId:
    """What names an account everywhere: whoever knows it recognises the key."""
    return AccountId(sha256(b"doorless/1 account id" + key.encoded))


def conversation_id(one: AccountId, other: AccountId) -> bytes:
    """32 bytes that name what two accounts say to each other, the same from either side."""
    first, second = sorted((one, other))
    return sha256(b"doorless/1 conversation" + first + second)


def _message(purpose: Purpose, key: VerifyingKey, signed: bytes) -> bytes:
    """What is really signed: never the object alone."""
    return Writer().prefixed(purpose.value, 1).raw(key.encoded).raw(signed).done()
