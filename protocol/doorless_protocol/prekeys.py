"""What a device leaves at the relay so that others can write to it while it is away.

    signed bundle ─┬─ signed prekey   X25519           one hybrid signature by the device
                   ├─ last resort     ML-KEM-1024      covers all of it
                   ├─ envelope key    X-Wing
                   └─ root of a batch of one-time pairs (X25519 and ML-KEM-1024)

A pair travels with its path to that root, so a relay cannot slip in one of its own. Without
a pair it is the last resort, and the initiator knows. The private halves are in
prekey_secrets.py, which no relay loads. Spec: docs/spec/02-identities.md §4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType, Self

from doorless_protocol import merkle
from doorless_protocol.encoding import PROTOCOL, Reader, Writer, read_protocol
from doorless_protocol.errors import ExpiredError, ForgedError, MalformedError, ProofError
from doorless_protocol.keys import (
    ACCOUNT_ID_SIZE,
    DEVICE_ID_SIZE,
    SIGNATURE_SIZE,
    AccountId,
    DeviceId,
    Purpose,
)
from doorless_protocol.manifest import CLOCK_SKEW, DeviceEntry
from doorless_protocol.primitives import (
    KEM1024_PUBLIC_SIZE,
    X25519_SIZE,
    XWING_PUBLIC_SIZE,
    Kem1024Public,
    X25519Public,
    XWingPublic,
    parse_kem1024,
    parse_x25519,
    parse_xwing,
    sha256,
)

DAY = 24 * 3600

PREKEY_BATCH = 100
"""One-time pairs in a batch, as in Signal: 162 kB to upload, and days of strangers to serve."""

BUNDLE_LIFETIME = 30 * DAY
"""Seconds after which nobody may use a bundle: how long envelopes wait in a queue."""

PrekeyId = NewType("PrekeyId", bytes)  # 8 bytes, random, so that it tells no order and no count
PREKEY_ID_SIZE = 8

SIGNED_PREKEY, LAST_RESORT, ENVELOPE_KEY, ONE_TIME_CURVE, ONE_TIME_KEM = (
    bytes((number,)) for number in range(1, 6)
)
"""The type byte before each prekey: no key can be served in the place of another kind."""

BUNDLE_SIZE = 6324
PAIR_SIZE = 1618


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A device's prekeys as it signed them.

    6,324 bytes, integers big-endian (docs/spec/02-identities.md §4.1):

        offset  size  field
             0     1  version of the protocol, 1
             1     1  suite, 1
             2    32  account
            34    16  device
            50     8  id                random
            58     8  created           Unix seconds, the start of a day in UTC
            66     8  expires           Unix seconds, at most 30 days later
            74     1  type 1
            75     8  signed prekey's id
            83    32  signed prekey     X25519
           115     1  type 2
           116     8  last resort's id
           124  1568  last resort       ML-KEM-1024
          1692     1  type 3
          1693     8  envelope key's id
          1701  1216  envelope key      X-Wing
          2917     2  one-time count
          2919    32  one-time root     over the encoded pairs, in order
          2951  3373  signature         by the device, over the bytes above
    """

    account: AccountId
    device: DeviceId
    id: PrekeyId
    created: int
    expires: int
    signed_prekey_id: PrekeyId
    signed_prekey: X25519Public
    last_resort_id: PrekeyId
    last_resort: Kem1024Public
    envelope_id: PrekeyId
    envelope: XWingPublic
    one_time_count: int
    one_time_root: bytes
    signature: bytes = field(repr=False)

    def signed_bytes(self) -> bytes:
        """All but the signature."""
        writer = Writer().raw(PROTOCOL).raw(self.account).raw(self.device).raw(self.id)
        writer.uint(self.created, 8).uint(self.expires, 8)
        writer.raw(SIGNED_PREKEY).raw(self.signed_prekey_id).raw(self.signed_prekey)
        writer.raw(LAST_RESORT).raw(self.last_resort_id).raw(self.last_resort)
        writer.raw(ENVELOPE_KEY).raw(self.envelope_id).raw(self.envelope)
        return writer.uint(self.one_time_count, 2).raw(self.one_time_root).done()

    def encode(self) -> bytes:
        return self.signed_bytes() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Take a bundle in its one form; whose it is, `verify` says.

        Raises:
            MalformedError: another form, another kind of key, or a key not in its own one form.
        """
        reader = Reader(data, "prekey bundle")
        read_protocol(reader)
        account = AccountId(reader.raw(ACCOUNT_ID_SIZE))
        device = DeviceId(reader.raw(DEVICE_ID_SIZE))
        bundle_id = PrekeyId(reader.raw(PREKEY_ID_SIZE))
        created, expires = reader.number(), reader.number()
        signed_prekey_id = read_prekey_id(reader, SIGNED_PREKEY)
        signed_prekey = parse_x25519(reader.raw(X25519_SIZE))
        last_resort_id = read_prekey_id(reader, LAST_RESORT)
        last_resort = parse_kem1024(reader.raw(KEM1024_PUBLIC_SIZE))
        envelope_id = read_prekey_id(reader, ENVELOPE_KEY)
        envelope = parse_xwing(reader.raw(XWING_PUBLIC_SIZE))
        count, root = reader.uint(2), reader.raw(merkle.HASH_SIZE)
        signature = reader.raw(SIGNATURE_SIZE)
        reader.end()
        if created % DAY or not created < expires <= created + BUNDLE_LIFETIME:
            raise MalformedError(f"prekey bundle from {created} to {expires}")
        return cls(
            account,
            device,
            bundle_id,
            created,
            expires,
            signed_prekey_id,
            signed_prekey,
            last_resort_id,
            last_resort,
            envelope_id,
            envelope,
            count,
            root,
            signature,
        )

    @property
    def hash(self) -> bytes:
        """Names these exact bytes, the signature too, to the device that signed them."""
        return sha256(b"doorless/1 prekey bundle hash" + self.encode())

    def verify(self, entry: DeviceEntry, account: AccountId, now: int) -> None:
        """Check that this device of this account signed the bundle, and that it is in force.

        Args:
            entry: the device's, from a verified manifest of `account`.

        Raises:
            ForgedError: another account, another device, or a signature that does not verify.
            ExpiredError: its time is over, or begins more than CLOCK_SKEW from now.
        """
        check_owner(self, entry, account)
        check_signature(self, entry)
        check_time(self, now)

    def check_batch(self, pairs: Sequence["OneTimePair"]) -> None:
        """Raises ProofError: these are not, in this order, all the pairs that were signed."""
        root = merkle.root([pair.encode() for pair in pairs])
        if (len(pairs), root) != (self.one_time_count, self.one_time_root):
            raise ProofError(f"{len(pairs)} one-time pairs, not the {self.one_time_count} signed")


@dataclass(frozen=True, slots=True)
class OneTimePair:
    """Two prekeys for one use.

    1,618 bytes (docs/spec/02-identities.md §4.2):

        offset  size  field
             0     1  type 4
             1     8  id
             9    32  curve   X25519
            41     1  type 5
            42     8  id      the same
            50  1568  kem     ML-KEM-1024
    """

    id: PrekeyId
    curve: X25519Public
    kem: Kem1024Public

    def encode(self) -> bytes:
        writer = Writer().raw(ONE_TIME_CURVE).raw(self.id).raw(self.curve)
        return writer.raw(ONE_TIME_KEM).raw(self.id).raw(self.kem).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "one-time pair")
        pair_id = read_prekey_id(reader, ONE_TIME_CURVE)
        curve = parse_x25519(reader.raw(X25519_SIZE))
        if read_prekey_id(reader, ONE_TIME_KEM) != pair_id:
            raise MalformedError("one-time pair whose halves have two ids")
        kem = parse_kem1024(reader.raw(KEM1024_PUBLIC_SIZE))
        reader.end()
        return cls(pair_id, curve, kem)


@dataclass(frozen=True, slots=True)
class ServedBundle:
    """What a relay answers to who asks for prekeys: the bundle, and one pair or none.

    Attributes:
        index: the pair's place in its batch, from 0.
        path: from the pair to the batch's root.
    """

    signed: SignedBundle
    pair: OneTimePair | None
    index: int = 0
    path: tuple[bytes, ...] = ()

    @classmethod
    def decode(cls, bundle: bytes, pair: bytes, index: int, path: Sequence[bytes]) -> Self:
        """Take the fields of frames.BundleServed; an empty `pair` says that there is none."""
        if not pair and (index or path):
            raise MalformedError("a place in a batch, and no one-time pair")
        one_time = OneTimePair.decode(pair) if pair else None
        return cls(SignedBundle.decode(bundle), one_time, index, tuple(path))

    @property
    def last_resort(self) -> bool:
        """Whether the initiator has to use keys that others may have used before him."""
        return self.pair is None

    def check(self, entry: DeviceEntry, account: AccountId, now: int) -> None:
        """Check everything before a key of it is used; errors as in SignedBundle.verify.

        Raises:
            ProofError: the one-time pair is not of the batch that was signed.

        Spec: docs/spec/02-identities.md §4.4.
        """
        self.signed.verify(entry, account, now)
        if self.pair is not None:
            check_pair(self.signed, self.pair, self.index, self.path)


def check_owner(bundle: SignedBundle, entry: DeviceEntry, account: AccountId) -> None:
    """Raises ForgedError: the bundle names another account or device than was asked for."""
    if bundle.account != account or bundle.device != entry.device:
        raise ForgedError("prekey bundle of another account or device")


def check_signature(bundle: SignedBundle, entry: DeviceEntry) -> None:
    """Raises ForgedError: the device's key did not sign exactly this."""
    entry.signing.verify(Purpose.PREKEY_BUNDLE, bundle.signed_bytes(), bundle.signature)


def check_time(bundle: SignedBundle, now: int) -> None:
    """Raises ExpiredError: not yet, or no longer, in force."""
    if now > bundle.expires:
        raise ExpiredError(f"prekey bundle expired {now - bundle.expires} seconds ago")
    if bundle.created > now + CLOCK_SKEW:
        ahead = (bundle.created - now) / 86_400
        raise ExpiredError(f"prekey bundle begins {ahead:.1f} days from now: check the clock")


def check_pair(bundle: SignedBundle, pair: OneTimePair, index: int, path: Sequence[bytes]) -> None:
    """Raises ProofError: the pair is not at this place of the batch that was signed."""
    merkle.verify_inclusion(pair.encode(), index, bundle.one_time_count, path, bundle.one_time_root)


def read_prekey_id(reader: Reader, kind: bytes) -> PrekeyId:
    """The id that follows the type byte. Raises MalformedError: another kind of prekey."""
    reader.exactly(kind, "kind of prekey")
    return PrekeyId(reader.raw(PREKEY_ID_SIZE))
