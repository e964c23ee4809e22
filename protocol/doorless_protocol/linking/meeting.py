"""How a device comes to be listed: five short messages between the new one and the primary.

    new device                               primary
        │── link: commitment, secret ───────────►│   by camera or by paste
        │◄──────────────────────────── 1 hello ──│   which account, a nonce
        │── 2 offer: keys, name, nonce ─────────►│   opens the commitment
        │        both show the same code         │   the person compares
        │◄──────────────────────── 3 challenge ──│   to the offered agreement keys
        │── 4 agreed ───────────────────────────►│   only who holds them can say it
        │◄────────────────────────── 5 welcome ──│   the manifest that lists the device

The commitment comes before the hello and the offer's nonce after it, so whoever stands in
between has one guess at the code. All of it travels sealed, by way of places at a relay.
Spec: docs/spec/11-devices.md.
"""

from dataclasses import dataclass, field
from typing import Self

from doorless_protocol.encoding import Reader
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import (
    DEVICE_ID_SIZE,
    SIGNATURE_SIZE,
    AccountId,
    DeviceId,
    DeviceKeys,
    Purpose,
)
from doorless_protocol.linking.link import LINK_LIFE, DeviceLink
from doorless_protocol.linking.messages import (
    AGREED,
    CHALLENGE,
    HELLO,
    MAX_MANIFEST,
    MAX_NAME,
    NONCE,
    OFFER,
    WELCOME,
    WELCOME_SIZE,
    Hello,
    Offer,
    Secrets,
    Welcome,
    confirmation_code,
    open_sealed,
    seal,
    seal_with,
    transcript_of,
    unseal,
)
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.primitives import (
    KEM768_CIPHERTEXT_SIZE,
    X25519_SIZE,
    Random,
    X25519Private,
    kem768_decapsulate,
    kem768_encapsulate,
    parse_x25519,
    same,
    sha256,
    x25519,
    x25519_public,
)

_DAY = 86_400


# --- the new device --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that shows a link, and waits for the first answer to it."""

    link: DeviceLink
    keys: DeviceKeys
    offer: Offer

    @classmethod
    def draw(
        cls, name: str, relay: RelayAddress, tls: bytes | None, now: int, random: Random
    ) -> Self:
        """Keys, a link and what it commits to. Spec: docs/spec/11-devices.md §2.

        Raises:
            ValueError: the name has no bytes, or more than MAX_NAME.
        """
        if not 1 <= len(name.encode()) <= MAX_NAME:
            raise ValueError(f"name of {len(name.encode())} bytes, 1 to {MAX_NAME} allowed")
        keys = DeviceKeys.draw(random)
        offer = Offer(random(NONCE), now, DeviceEntry.of(keys, now - now % _DAY), name)
        link = DeviceLink(relay, now + LINK_LIFE, random(32), offer.commitment, tls)
        return cls(link, keys, offer)

    def answer(self, sealed: bytes, random: Random) -> "Offering":
        """Take the hello, once, and open the commitment. Spec: docs/spec/11-devices.md §3.2.

        Raises:
            ForgedError, MalformedError: it is none; nothing of the offer was shown.
        """
        hello = Hello.decode(open_sealed(self.link, HELLO, sealed))
        transcript = transcript_of(self.link, hello, self.offer)
        signature = self.keys.signing.sign(Purpose.LINK, transcript)
        message = seal(self.link, OFFER, self.offer.encode() + signature, random)
        return Offering(self.link, self.keys, self.offer.entry, hello, transcript, message)


@dataclass(frozen=True, slots=True)
class Offering:
    """A new device that knows whose it may become, and shows the code.

    Attributes:
        message: the sealed offer, to be left for the primary.
    """

    link: DeviceLink
    keys: DeviceKeys = field(repr=False)
    entry: DeviceEntry
    hello: Hello
    transcript: bytes
    message: bytes = field(repr=False)

    @property
    def code(self) -> str:
        return confirmation_code(self.transcript)

    def agree(self, sealed: bytes, random: Random) -> "Agreeing":
        """Prove the agreement keys, after the person compared. Spec: docs/spec/11-devices.md §3.5.

        Raises:
            ForgedError, MalformedError: it is no challenge.
        """
        challenge = open_sealed(self.link, CHALLENGE, sealed)
        reader = Reader(challenge, "challenge")
        ciphertext = reader.raw(KEM768_CIPHERTEXT_SIZE)
        ephemeral = parse_x25519(reader.raw(X25519_SIZE))
        reader.end()
        secrets = Secrets.of(
            kem768_decapsulate(self.keys.kem, ciphertext),
            x25519(self.keys.identity, ephemeral),
            self.transcript,
            challenge,
        )
        message = seal(self.link, AGREED, secrets.proof, random)
        return Agreeing(self, secrets, message)


@dataclass(frozen=True, slots=True)
class Agreeing:
    """A new device that waits to be listed.

    Attributes:
        message: the sealed proof, to be left for the primary.
    """

    offering: Offering
    secrets: Secrets
    message: bytes = field(repr=False)

    def enter(self, sealed: bytes, now: int) -> Welcome:
        """The manifest that lists this device, by the account of the hello.

        Raises:
            ForgedError, MalformedError, ExpiredError: it is no such welcome.

        Spec: docs/spec/11-devices.md §3.6.
        """
        inner = open_sealed(self.offering.link, WELCOME, sealed)
        data = unseal(self.secrets.welcome, inner, self.offering.transcript)
        reader = Reader(data, "welcome")
        primary = DeviceId(reader.raw(DEVICE_ID_SIZE))
        token, config = reader.raw(16), reader.raw(32)
        encoded = reader.prefixed(4, MAX_MANIFEST)
        signature = reader.raw(SIGNATURE_SIZE)
        if any(reader.rest()):
            raise MalformedError("welcome with bytes after its end")
        welcome = Welcome(primary, token, config, Manifest.decode(encoded))
        welcome.manifest.head.check_time(now)
        if welcome.manifest.account != self.offering.hello.account:
            raise ForgedError("a welcome to another account than the one that answered")
        if welcome.manifest.entry(self.offering.entry.device) != self.offering.entry:
            raise ForgedError("a welcome that lists this device with other keys")
        signed = self.offering.transcript + sha256(welcome.encode())
        welcome.manifest.entry(primary).signing.verify(Purpose.LINK, signed, signature)
        return welcome


# --- the primary -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answering:
    """The primary, that read a link and waits for the offer.

    Attributes:
        message: the sealed hello, to be left for the new device.
    """

    link: DeviceLink
    hello: Hello
    message: bytes = field(repr=False)

    @classmethod
    def begin(cls, link: DeviceLink, account: AccountId, handle: str, random: Random) -> Self:
        """Spec: docs/spec/11-devices.md §3.1."""
        hello = Hello(account, random(NONCE), handle)
        return cls(link, hello, seal(link, HELLO, hello.encode(), random))

    def meet(self, sealed: bytes, random: Random) -> "Challenging":
        """Take the offer that the link committed to, signed by the key that it offers.

        Raises:
            ForgedError, MalformedError: it is another one, or its key did not sign it.

        Spec: docs/spec/11-devices.md §3.2.
        """
        data = open_sealed(self.link, OFFER, sealed)
        if len(data) < SIGNATURE_SIZE:
            raise MalformedError(f"offer of {len(data)} bytes")
        offer = Offer.decode(data[:-SIGNATURE_SIZE])
        check_commitment(self.link, offer)
        transcript = transcript_of(self.link, self.hello, offer)
        check_signed(offer, transcript, data[-SIGNATURE_SIZE:])
        kem, ciphertext = kem768_encapsulate(offer.entry.kem)
        ephemeral = X25519Private(random(X25519_SIZE))
        challenge = ciphertext + x25519_public(ephemeral)
        curve = x25519(ephemeral, offer.entry.identity)
        return Challenging(
            self.link,
            offer,
            transcript,
            Secrets.of(kem, curve, transcript, challenge),
            seal(self.link, CHALLENGE, challenge, random),
        )


@dataclass(frozen=True, slots=True)
class Challenging:
    """The primary, that shows the offer and its code; nothing is signed yet.

    Attributes:
        message: the sealed challenge, to be left once the person said yes.
    """

    link: DeviceLink
    offer: Offer
    transcript: bytes
    secrets: Secrets
    message: bytes = field(repr=False)

    @property
    def code(self) -> str:
        return confirmation_code(self.transcript)

    def check_agreed(self, sealed: bytes) -> None:
        """Raises ForgedError: whoever offered these keys does not hold all of them.

        Spec: docs/spec/11-devices.md §3.5.
        """
        check_possession(self.secrets, open_sealed(self.link, AGREED, sealed))

    def welcome(self, welcome: Welcome, keys: DeviceKeys, random: Random) -> bytes:
        """The sealed welcome. Spec: docs/spec/11-devices.md §3.6."""
        body = welcome.encode()
        signature = keys.signing.sign(Purpose.LINK, self.transcript + sha256(body))
        data = (body + signature).ljust(WELCOME_SIZE, b"\0")
        inner = seal_with(self.secrets.welcome, data, self.transcript, random)
        return seal(self.link, WELCOME, inner, random)


# --- what is checked ---------------------------------------------------------------------------


def check_commitment(link: DeviceLink, offer: Offer) -> None:
    """Raises ForgedError: another offer than the one that the link was made for.

    Spec: docs/spec/11-devices.md §3.2.
    """
    if not same(offer.commitment, link.commitment):
        raise ForgedError("an offer that its link does not name: somebody is in between")


def check_signed(offer: Offer, transcript: bytes, signature: bytes) -> None:
    """Raises ForgedError: the offered signing key did not sign this very meeting.

    Spec: docs/spec/11-devices.md §3.2.
    """
    offer.entry.signing.verify(Purpose.LINK, transcript, signature)


def check_possession(secrets: Secrets, proof: bytes) -> None:
    """Raises ForgedError: the offered agreement keys are not held by who offered them.

    Spec: docs/spec/11-devices.md §3.5.
    """
    if not same(secrets.proof, proof):
        raise ForgedError("a device that does not hold the keys that it offers")
