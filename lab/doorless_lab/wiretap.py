"""What a wiretap keeps of a conversation, and what it makes of that in 2040.

    recording ── opened(oracle) ──────────► what it reads from the first message on
              ── followed(stolen, oracle) ► what a thief of both sides reads from there on

It has the wire and what is public, and what its oracle finds; of every other key it takes zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgspec

from doorless_lab.healing.shadow import Shadow
from doorless_lab.healing.thief import Thief
from doorless_lab.oracle import Oracle
from doorless_lab.pair import Device
from doorless_lab.products.legacy import Classical, Hello, accept_x3dh
from doorless_protocol import handshake
from doorless_protocol.envelope import Initial
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import Us, contexts
from doorless_protocol.handshake import (
    Agreed,
    Kind,
    Opening,
    Party,
    PrekeyKind,
    PrekeyPrivates,
    Prekeys,
    Terms,
)
from doorless_protocol.keys import SIGNING_KEY_SIZE, DeviceKeys, SigningKey
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import PairSecrets, PrekeySecrets
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import AgreementKey, KemSeed
from doorless_protocol.ratchet.header import Header
from doorless_protocol.ratchet.triple import Seeds, Triple, split_front
from doorless_protocol.session import Link, Session

NOW: Final = 1_800_000_000
ALICE, BOB = 0, 1

NOT_FOUND: Final = SigningKey.from_seed(bytes(SIGNING_KEY_SIZE))
"""In place of a key with which devices sign: no oracle here finds those."""


class Passed(NamedTuple):
    """One message on the wire, and from which side it came."""

    sender: int
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Public:
    """What anybody is told who asks for a device."""

    manifest: Manifest
    address: str
    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...]

    @classmethod
    def of(cls, device: Device) -> "Public":
        return cls(device.us.manifest, device.us.address, device.bundle, device.pairs)

    @property
    def entry(self) -> DeviceEntry:
        return self.manifest.entries[0]

    @property
    def party(self) -> Party:
        manifest = self.manifest
        return Party(manifest.account, manifest.version, manifest.hash, self.entry)

    def guessed(self, oracle: Oracle) -> Device:
        """The same device with the private halves that the oracle finds."""
        entry, bundle = self.entry, self.bundle
        keys = DeviceKeys(
            entry.device,
            entry.mailbox,
            NOT_FOUND,
            oracle.guess(entry.identity),
            oracle.seed(entry.kem),
        )
        secrets = PrekeySecrets(
            bundle.id,
            bundle.hash,
            bundle.created,
            bundle.expires,
            bundle.signed_prekey_id,
            oracle.guess(bundle.signed_prekey),
            bundle.last_resort_id,
            oracle.seed(bundle.last_resort),
            bundle.envelope_id,
            oracle.envelope(bundle.envelope),
            tuple(
                PairSecrets(pair.id, oracle.guess(pair.curve), oracle.seed(pair.kem))
                for pair in self.pairs
            ),
        )
        return Device(Us(self.manifest, keys, self.address), bundle, self.pairs, secrets)


@dataclass(frozen=True, slots=True)
class Known:
    """What is public of the two who talk."""

    alice: Public
    bob: Public

    def terms(self, number: int = 0) -> Terms:
        """What they believe of each other and of Bob's prekeys, in the session of this number."""
        bundle, pair = self.bob.bundle, self.bob.pairs[0]
        prekeys = Prekeys(
            bundle.id,
            bundle.hash,
            bundle.signed_prekey_id,
            bundle.signed_prekey,
            PrekeyKind.ONE_TIME,
            pair.id,
            pair.curve,
            pair.kem,
        )
        begun, parties = number or NOW * 1000, (self.alice.party, self.bob.party)
        return Terms(Kind.START, begun, 0, 0, self.alice.address, *parties, prekeys)

    def responded(self, oracle: Oracle, terms: Terms, opening: Opening) -> Agreed:
        """Bob's side of a handshake, with the keys that the oracle finds."""
        bob = self.bob.guessed(oracle)
        prekeys, one_time = bob.secrets, bob.secrets.pairs[0]
        privates = PrekeyPrivates(prekeys.signed_prekey, one_time.curve, one_time.kem)
        return handshake.respond(bob.us.device, privates, terms, opening)

    def contexts(self, session_id: bytes) -> tuple[bytes, bytes]:
        """What messages of a session are bound to, there and back."""
        return contexts(session_id, self.alice.entry.device, self.bob.entry.device)


@dataclass(frozen=True, slots=True)
class ClassicalRecording:
    """Of a conversation under the Double Ratchet alone.

    Attributes:
        opening: of the handshake, in the clear: of X3DH, or of PQXDH.
    """

    known: Known
    opening: Hello | Opening
    wire: tuple[Passed, ...]

    def since(self, at: int) -> "ClassicalRecording":
        """Of the messages from number `at` on alone."""
        return replace(self, wire=self.wire[at:])

    def opened(self, oracle: Oracle) -> list[bytes | None]:
        """What each says; None: not to be read."""
        try:
            sides = self._computed(oracle)
        except DoorlessError:
            return [None] * len(self.wire)
        return self.followed(sides, oracle)

    def followed(self, sides: tuple[Classical, Classical], oracle: Oracle) -> list[bytes | None]:
        """The same for who has both sides as they were before the first message."""
        shadow = Shadow(sides, oracle.private)
        return [shadow.sees(one.sender, one.envelope) for one in self.wire]

    def _computed(self, oracle: Oracle) -> tuple[Classical, Classical]:
        """Both sides before the first message, from the handshake."""
        bob, session_id = self.known.bob.guessed(oracle), bytes(32)
        prekeys, one_time = bob.secrets, bob.secrets.pairs[0]
        if isinstance(self.opening, Hello):
            keys = bob.us.device.identity, prekeys.signed_prekey, one_time.curve
            secret = accept_x3dh(*keys, self.opening)
        else:
            agreed = self.known.responded(oracle, self.known.terms(), self.opening)
            secret, session_id = agreed.secret, agreed.session_id
        forth, back = self.known.contexts(session_id)
        second = Classical.accept(secret, prekeys.signed_prekey, back, forth)
        header = second.header(self.wire[0].envelope)
        drawn = oracle.guess(header.dh if header else b"")
        first = Classical.start(
            secret, self.known.bob.bundle.signed_prekey, forth, back, lambda _: bytes(drawn)
        )
        return first, second


class Stolen(NamedTuple):
    """Of both devices of a conversation of the product: their sessions, and their KEM seeds."""

    sessions: tuple[Session, Session]
    identities: Sequence[KemSeed]


@dataclass(frozen=True, slots=True)
class ProductRecording:
    """Of a conversation of the product, from its first contact on."""

    known: Known
    wire: tuple[Passed, ...]

    def since(self, at: int) -> "ProductRecording":
        """Of the messages from number `at` on alone."""
        return replace(self, wire=self.wire[at:])

    def opened(self, oracle: Oracle) -> list[bool]:
        """Whether each is read."""
        try:
            sessions, first = self._computed(oracle)
        except DoorlessError:
            return [False] * len(self.wire)
        seeds = [oracle.seed(one.entry.kem) for one in (self.known.alice, self.known.bob)]
        inside = replace(self, wire=(Passed(ALICE, first), *self.wire[1:]))
        return inside._read(Thief(sessions, seeds, oracle.private, oracle.seeds))

    def followed(self, stolen: Stolen, oracle: Oracle) -> list[bool]:
        """The same for who has stolen both sides before the first message."""
        return self._read(Thief(stolen.sessions, stolen.identities, oracle.private))

    def _read(self, thief: Thief) -> list[bool]:
        return [thief.sees(one.sender, one.envelope, True, NOW).content for one in self.wire]

    def _computed(self, oracle: Oracle) -> tuple[tuple[Session, Session], bytes]:
        """Both sessions before the first message, and that message.

        Raises:
            DoorlessError: a key is missing already for the seal around the first contact.
        """
        bob = self.known.bob.guessed(oracle)
        initial = bob.unseal(self.wire[0].envelope)
        terms = self.known.terms(initial.number)
        agreed = self.known.responded(oracle, terms, initial.opening)
        forth, back = self.known.contexts(agreed.session_id)
        seeds, their_kem = Seeds.split(agreed.secret), initial.staple.entry.kem
        prekey = AgreementKey(bob.secrets.signed_prekey)
        second = Triple.accept(seeds, prekey, their_kem, back, forth)
        found = second.look(*split_front(initial.message))
        drawn = oracle.guess(Header.decode(found.header).dh if found else b"")
        first = Triple.start(seeds, bob.bundle.signed_prekey, forth, back, lambda _: bytes(drawn))
        theirs = self._link(agreed, initial)
        ours = msgspec.structs.replace(theirs, initiator=True)
        return (Session(ours, first), Session(theirs, second)), initial.message

    def _link(self, agreed: Agreed, initial: Initial) -> Link:
        """As Bob's device keeps it."""
        alice, bob = self.known.alice, self.known.bob
        return Link(
            id=agreed.session_id,
            initiator=False,
            our_account=bob.manifest.account,
            our_device=bob.entry.device,
            their_account=alice.manifest.account,
            their_device=alice.entry.device,
            number=initial.number,
            known=initial.known,
            began=NOW,
            origin=initial.origin,
            last_resort=initial.last_resort,
            kind=initial.kind,
            received=initial.received,
        )
