"""What a new device and the primary tell each other, and how it is sealed.

Spec: docs/spec/11-devices.md §3.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.encoding import Reader, Writer, transcript_hash
from doorless_protocol.errors import ForgedError, GivenUpError, MalformedError
from doorless_protocol.handles import canonical
from doorless_protocol.keys import ACCOUNT_ID_SIZE, AccountId, DeviceId
from doorless_protocol.linking.link import DeviceLink
from doorless_protocol.manifest import ENTRY_SIZE, DeviceEntry, Manifest
from doorless_protocol.primitives import (
    NONCE_SIZE,
    TAG_SIZE,
    Random,
    aead_open,
    aead_seal,
    hkdf,
    hmac_sha256,
    sha256,
)

HELLO, OFFER, CHALLENGE, AGREED, WELCOME = 1, 2, 3, 4, 5
"""The steps, each with a place and a key of its own."""

NONCE = 32
MAX_HANDLE = 31
MAX_NAME = 64
"""Bytes of UTF-8 of a device's name: a line on a small screen."""

WELCOME_SIZE = 28 * 1024
"""Bytes of a welcome, whatever the manifest in it: 24,880 for six devices, and 3,373 signed."""

MAX_MANIFEST = 26 * 1024
CODE_DIGITS = 8
"""One guess in 10^8, and a person reads it in a breath."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who answers a link. 96 bytes: account 32 | nonce 32 | length 1 | handle 31, zeros after it.

    Spec: docs/spec/11-devices.md §3.1.
    """

    account: AccountId
    nonce: bytes
    handle: str

    def encode(self) -> bytes:
        handle = _padded(self.handle.encode(), MAX_HANDLE)
        return Writer().raw(self.account).raw(self.nonce).raw(handle).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "hello")
        hello = cls(
            AccountId(reader.raw(ACCOUNT_ID_SIZE)),
            reader.raw(NONCE),
            canonical(_text(reader, MAX_HANDLE)),
        )
        reader.end()
        return hello


@dataclass(frozen=True, slots=True)
class Offer:
    """What a new device asks to be listed with. Spec: docs/spec/11-devices.md §3.2.

    3,345 bytes: nonce 32 | made 8 | entry 3,240 | length 1 | name 64, zeros after it.

    Attributes:
        made: when the link was made, Unix seconds.
        name: what the person calls the device; shown to nobody but own devices.
    """

    nonce: bytes = field(repr=False)
    made: int
    entry: DeviceEntry
    name: str

    def encode(self) -> bytes:
        writer = Writer().raw(self.nonce).uint(self.made, 8).raw(self.entry.encode())
        return writer.raw(_padded(self.name.encode(), MAX_NAME)).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data, "offer")
        offer = cls(
            reader.raw(NONCE),
            reader.number(),
            DeviceEntry.decode(reader.raw(ENTRY_SIZE)),
            _text(reader, MAX_NAME),
        )
        reader.end()
        return offer

    @property
    def commitment(self) -> bytes:
        return sha256(b"doorless/1 link offer" + self.encode())


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the challenge agreed: 64 bytes. Spec: docs/spec/11-devices.md §3.4."""

    agreed: bytes = field(repr=False)
    welcome: bytes = field(repr=False)

    @classmethod
    def of(cls, kem: bytes, curve: bytes, transcript: bytes, challenge: bytes) -> Self:
        info = b"doorless/1 link keys" + sha256(challenge)
        both = hkdf(transcript, kem + curve, info, 64)
        return cls(both[:32], both[32:])

    @property
    def proof(self) -> bytes:
        """What only who holds the offered agreement keys can say."""
        return hmac_sha256(self.agreed, b"agreed")


@dataclass(frozen=True, slots=True)
class Welcome:
    """What makes a device one of an account's. Spec: docs/spec/11-devices.md §3.6.

    Attributes:
        primary: the device that signed it, listed in the manifest.
        token: the account's delivery token, 16 bytes.
        config: hash of the relay's configuration, 32 bytes; zeros: not known.
    """

    primary: DeviceId
    token: bytes = field(repr=False)
    config: bytes
    manifest: Manifest

    def encode(self) -> bytes:
        writer = Writer().raw(self.primary).raw(self.token).raw(self.config)
        return writer.prefixed(self.manifest.encode(), 4).done()


# --- what both ends compute -----------------------------------------------------------------


def transcript_of(link: DeviceLink, hello: Hello, offer: Offer) -> bytes:
    """All that both ends must have seen alike: 32 bytes. Spec: docs/spec/11-devices.md §3.3."""
    return transcript_hash(
        b"doorless/1 link",
        [
            (b"relay", str(link.relay).encode()),
            (b"tls", link.tls or b""),
            (b"until", link.until.to_bytes(8)),
            (b"commitment", link.commitment),
            (b"hello", hello.encode()),
            (b"offer", offer.encode()),
        ],
    )


def confirmation_code(transcript: bytes) -> str:
    """What a person compares: two groups of four digits. Spec: docs/spec/11-devices.md §3.3."""
    number = int.from_bytes(sha256(b"doorless/1 link code" + transcript)) % 10**CODE_DIGITS
    digits = f"{number:0{CODE_DIGITS}}"
    return f"{digits[:4]} {digits[4:]}"


def seal(link: DeviceLink, step: int, data: bytes, random: Random) -> bytes:
    """What is left at the place of this step. Spec: docs/spec/11-devices.md §3."""
    return seal_with(link.key(step), data, link.commitment, random)


def give_up(link: DeviceLink, step: int, random: Random) -> bytes:
    """An empty message where another one is waited for. Spec: docs/spec/11-devices.md §3.7."""
    return seal(link, step, b"", random)


def open_sealed(link: DeviceLink, step: int, sealed: bytes) -> bytes:
    """Open what was left at the place of a step.

    Raises:
        ForgedError: sealed by nobody who holds the link.
        GivenUpError: the other device ended it.

    Spec: docs/spec/11-devices.md §3, §3.7.
    """
    data = unseal(link.key(step), sealed, link.commitment)
    if not data:
        raise GivenUpError("the other device gave up, or was given another code: begin anew")
    return data


def seal_with(key: bytes, data: bytes, context: bytes, random: Random) -> bytes:
    """nonce 12 || sealed. Spec: docs/spec/11-devices.md §3."""
    nonce = random(NONCE_SIZE)
    return nonce + aead_seal(key, nonce, data, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Raises ForgedError: sealed under another key or context. Spec: docs/spec/11-devices.md §3."""
    if len(sealed) < NONCE_SIZE + TAG_SIZE:
        raise ForgedError("too short to be sealed")
    return aead_open(key, sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)


def _padded(value: bytes, size: int) -> bytes:
    if not 1 <= len(value) <= size:
        raise ValueError(f"text of {len(value)} bytes, 1 to {size} allowed")
    return bytes((len(value),)) + value.ljust(size, b"\0")


def _text(reader: Reader, size: int) -> str:
    length, field = reader.uint(1), reader.raw(size)
    if not 1 <= length <= size or any(field[length:]):
        raise MalformedError("a text that is not in its one form")
    try:
        return field[:length].decode()
    except UnicodeDecodeError:
        raise MalformedError("a text that is not UTF-8") from None
