"""The private halves of prekeys, and when they are drawn, replaced and deleted.

    draw ──► served ──── a week old ──► retired ──── expiry + 30 days ──► deleted
               │  ▲
               └──┘ few pairs left: another batch beside the same signed prekeys

A retired bundle's keys still open what was sealed to it and waits in a queue. How long they
live is how far back a thief of the device can read first messages: that, and no longer. A
refill draws one-time pairs alone, and changes nothing else that is served: strangers who
drain a batch neither make keys live longer nor more envelope keys to be tried.
Spec: docs/spec/02-identities.md §5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import UnknownPrekeyError
from doorless_protocol.keys import AccountId, DeviceKeys, Purpose
from doorless_protocol.manifest import CLOCK_SKEW
from doorless_protocol.prekeys import (
    BUNDLE_LIFETIME,
    DAY,
    PREKEY_BATCH,
    PREKEY_ID_SIZE,
    OneTimePair,
    PrekeyId,
    SignedBundle,
)
from doorless_protocol.primitives import (
    KEM_SEED_SIZE,
    X25519_SIZE,
    XWING_PRIVATE_SIZE,
    KemSeed,
    Random,
    X25519Private,
    XWingPrivate,
    kem1024_public,
    x25519_public,
    xwing_public,
)

ROTATE_AFTER = 7 * DAY
"""Seconds after which no bundle is served any more: the shorter interval of PQXDH §3.2."""

ROTATE_FROM = 6 * DAY
"""Seconds after which a device that is there at a drawn time replaces its bundle: in good time."""

RETIRED_LIFE = 30 * DAY
"""Seconds that private keys outlive their bundle: how long an envelope may wait in a queue."""

REFILL_BELOW = 25
"""Pairs left at the relay, of PREKEY_BATCH, below which a device publishes another batch."""

MAX_ENVELOPE_KEYS = 16
"""Envelope keys that a first contact is tried on: one in ROTATE_FROM for 60 days, and renewals."""

_STORED_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class PairSecrets:
    """The private half of one OneTimePair."""

    id: PrekeyId
    curve: X25519Private = field(repr=False)
    kem: KemSeed = field(repr=False)

    @classmethod
    def draw(cls, random: Random) -> Self:
        return cls(
            PrekeyId(random(PREKEY_ID_SIZE)),
            X25519Private(random(X25519_SIZE)),
            KemSeed(random(KEM_SEED_SIZE)),
        )

    def public(self) -> OneTimePair:
        return OneTimePair(self.id, x25519_public(self.curve), kem1024_public(self.kem))

    def encode(self) -> bytes:
        """In storage, 104 bytes: id 8, X25519 private key 32, ML-KEM-1024 seed 64."""
        return self.id + self.curve + self.kem

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "one-time secrets")
        pair = _read_pair(reader)
        reader.end()
        return cls(pair.id, pair.curve, pair.kem)


@dataclass(frozen=True, slots=True)
class PrekeySecrets:
    """The private half of one bundle; `pairs` are the one-time pairs that nobody used yet.

    In storage 281 bytes and 104 for each pair (docs/spec/02-identities.md §5.2):

        offset  size  field
             0     1  version            1
             1     8  bundle id
             9    32  bundle hash
            41     8  created
            49     8  expires
            57     8  signed prekey's id
            65    32  signed prekey      X25519 private key
            97     8  last resort's id
           105    64  last resort        ML-KEM-1024 seed
           169     8  envelope key's id
           177    96  envelope key       ML-KEM-768 seed || X25519 private key
           273     8  pairs              how many, then each: id 8, X25519 32, ML-KEM-1024 seed 64
    """

    bundle_id: PrekeyId
    bundle_hash: bytes
    created: int
    expires: int
    signed_prekey_id: PrekeyId
    signed_prekey: X25519Private = field(repr=False)
    last_resort_id: PrekeyId
    last_resort: KemSeed = field(repr=False)
    envelope_id: PrekeyId
    envelope: XWingPrivate = field(repr=False)
    pairs: tuple[PairSecrets, ...] = field(repr=False)

    def encode(self) -> bytes:
        writer = Writer().raw(_STORED_VERSION).raw(self.bundle_id).raw(self.bundle_hash)
        writer.uint(self.created, 8).uint(self.expires, 8)
        writer.raw(self.signed_prekey_id).raw(self.signed_prekey)
        writer.raw(self.last_resort_id).raw(self.last_resort)
        writer.raw(self.envelope_id).raw(self.envelope).uint(len(self.pairs), 8)
        for pair in self.pairs:
            writer.raw(pair.encode())
        return writer.done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "prekey secrets")
        reader.exactly(_STORED_VERSION, "version")
        secrets = cls(
            PrekeyId(reader.raw(PREKEY_ID_SIZE)),
            reader.raw(merkle.HASH_SIZE),
            reader.number(),
            reader.number(),
            PrekeyId(reader.raw(PREKEY_ID_SIZE)),
            X25519Private(reader.raw(X25519_SIZE)),
            PrekeyId(reader.raw(PREKEY_ID_SIZE)),
            KemSeed(reader.raw(KEM_SEED_SIZE)),
            PrekeyId(reader.raw(PREKEY_ID_SIZE)),
            XWingPrivate(reader.raw(XWING_PRIVATE_SIZE)),
            tuple(_read_pair(reader) for _ in range(reader.number())),
        )
        reader.end()
        return secrets

    def pair(self, id: PrekeyId) -> PairSecrets:
        """Raises UnknownPrekeyError: used before, or never drawn."""
        for pair in self.pairs:
            if pair.id == id:
                return pair
        raise UnknownPrekeyError("one-time prekey is gone")

    @property
    def forget_after(self) -> int:
        """Unix seconds from which these keys must no longer exist."""
        return self.expires + RETIRED_LIFE


def draw_bundle(
    keys: DeviceKeys, account: AccountId, now: int, random: Random, count: int = PREKEY_BATCH
) -> tuple[SignedBundle, tuple[OneTimePair, ...], PrekeySecrets]:
    """Draw a bundle with `count` one-time pairs, in the order of its batch.

    It counts as created at the start of the day (UTC): who asks for it learns nothing of when
    in the day its device was online. Spec: docs/spec/02-identities.md §5.1.
    """
    created = now - now % DAY
    secrets = PrekeySecrets(
        PrekeyId(random(PREKEY_ID_SIZE)),
        b"",
        created,
        created + BUNDLE_LIFETIME,
        PrekeyId(random(PREKEY_ID_SIZE)),
        X25519Private(random(X25519_SIZE)),
        PrekeyId(random(PREKEY_ID_SIZE)),
        KemSeed(random(KEM_SEED_SIZE)),
        PrekeyId(random(PREKEY_ID_SIZE)),
        XWingPrivate(random(XWING_PRIVATE_SIZE)),
        tuple(PairSecrets.draw(random) for _ in range(count)),
    )
    pairs = tuple(pair.public() for pair in secrets.pairs)
    bundle = _sign_bundle(secrets, pairs, keys, account)
    return bundle, pairs, replace(secrets, bundle_hash=bundle.hash)


def refill_bundle(
    held: PrekeySecrets,
    keys: DeviceKeys,
    account: AccountId,
    random: Random,
    count: int = PREKEY_BATCH,
) -> tuple[SignedBundle, tuple[OneTimePair, ...], PrekeySecrets]:
    """A bundle with another batch, and all else as in the bundle of `held`.

    Signed prekey, last resort and envelope key, their ids, and both times stay: they end when
    they would have ended anyway. Bundle id, batch and signature are new.
    Spec: docs/spec/02-identities.md §5.3.
    """
    secrets = replace(
        held,
        bundle_id=PrekeyId(random(PREKEY_ID_SIZE)),
        bundle_hash=b"",
        pairs=tuple(PairSecrets.draw(random) for _ in range(count)),
    )
    pairs = tuple(pair.public() for pair in secrets.pairs)
    bundle = _sign_bundle(secrets, pairs, keys, account)
    return bundle, pairs, replace(secrets, bundle_hash=bundle.hash)


def rotation_due(newest: PrekeySecrets, now: int) -> bool:
    """Whether it is time for new keys, whatever is left of the one-time pairs."""
    return now >= newest.created + ROTATE_FROM or is_from_the_future(newest, now)


def rotation_overdue(newest: PrekeySecrets, now: int) -> bool:
    """Whether it is more than time: what is served is a week old, or of no use."""
    return now >= newest.created + ROTATE_AFTER or is_from_the_future(newest, now)


def is_from_the_future(secrets: PrekeySecrets, now: int) -> bool:
    """Whether our clock was wrong when these were drawn: nobody may use them for long yet."""
    return secrets.created > now + CLOCK_SKEW


def refill_due(one_time_left: int) -> bool:
    """Whether another batch is due because the relay has few pairs left of this one."""
    return one_time_left < REFILL_BELOW


def to_forget(held: Iterable[PrekeySecrets], now: int) -> tuple[PrekeyId, ...]:
    """The ids of the bundles whose private keys are to be deleted, for good, at `now`."""
    return tuple(secrets.bundle_id for secrets in held if now >= secrets.forget_after)


def envelope_keys(held: Iterable[PrekeySecrets]) -> list[PrekeySecrets]:
    """One of `held` for each envelope key, in the order given, at most MAX_ENVELOPE_KEYS.

    Bundles of one week share theirs. Who sends junk costs us so many attempts, and no more.
    Spec: docs/spec/02-identities.md §5.5.
    """
    first: dict[PrekeyId, PrekeySecrets] = {}
    for secrets in held:
        first.setdefault(secrets.envelope_id, secrets)
    return list(first.values())[:MAX_ENVELOPE_KEYS]


def _sign_bundle(
    secrets: PrekeySecrets,
    pairs: tuple[OneTimePair, ...],
    keys: DeviceKeys,
    account: AccountId,
) -> SignedBundle:
    unsigned = SignedBundle(
        account,
        keys.device,
        secrets.bundle_id,
        secrets.created,
        secrets.expires,
        secrets.signed_prekey_id,
        x25519_public(secrets.signed_prekey),
        secrets.last_resort_id,
        kem1024_public(secrets.last_resort),
        secrets.envelope_id,
        xwing_public(secrets.envelope),
        len(pairs),
        merkle.root([pair.encode() for pair in pairs]),
        b"",
    )
    signature = keys.signing.sign(Purpose.PREKEY_BUNDLE, unsigned.signed_bytes())
    return replace(unsigned, signature=signature)


def _read_pair(reader: Reader) -> PairSecrets:
    return PairSecrets(
        PrekeyId(reader.raw(PREKEY_ID_SIZE)),
        X25519Private(reader.raw(X25519_SIZE)),
        KemSeed(reader.raw(KEM_SEED_SIZE)),
    )
