"""Conversations that a wiretap records, in three builds.

    X3DH       no ML-KEM at all
    PQXDH      ML-KEM in the handshake, and the Double Ratchet alone afterwards
    product    ML-KEM in the handshake, and the post-quantum ratchet beside the Double Ratchet

They know what was said, and so how much of it an adversary read, who goes by its handles alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorless_lab.adversary import Adversary
from doorless_lab.oracle import Oracle, RememberedRandom
from doorless_lab.pair import Device
from doorless_lab.powers import Quantum, StateCopy, StoreNow
from doorless_lab.products.legacy import Classical, Hello, begin_x3dh
from doorless_lab.sayings import written
from doorless_lab.wiretap import (
    ALICE,
    BOB,
    NOW,
    ClassicalRecording,
    Known,
    Passed,
    ProductRecording,
    Public,
    Stolen,
)
from doorless_protocol import handshake
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import initiate
from doorless_protocol.handshake import Opening
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session


class Sent(NamedTuple):
    """One message on the wire. `text` is what it says, to be compared with what was read."""

    sender: int
    envelope: bytes
    text: bytes

    @property
    def passed(self) -> Passed:
        return Passed(self.sender, self.envelope)


def texts(random: Random, count: int) -> list[bytes]:
    """So many texts, each with 128 bits of its own."""
    return [written(number, random(16).hex()).encode() for number in range(count)]


class Pair:
    """Two devices with prekeys, every draw of theirs remembered."""

    def __init__(self, random: Random) -> None:
        self.draws = RememberedRandom(random)
        self.alice = Device.draw("alice", NOW, self.draws)
        self.bob = Device.draw("bob", NOW, self.draws)

    def oracle(self, *, curves: bool = False, lattices: bool = False) -> Oracle:
        return Oracle(self.draws, curves=curves, lattices=lattices)

    @property
    def known(self) -> Known:
        return Known(Public.of(self.alice), Public.of(self.bob))


@dataclass(frozen=True, slots=True)
class ClassicalTalk:
    """A conversation under the Double Ratchet alone.

    Attributes:
        opening: of the handshake, in the clear: of X3DH, or of PQXDH.
        before: both sides before each message, as a thief would have them.
    """

    pair: Pair
    opening: Hello | Opening
    wire: tuple[Sent, ...]
    before: tuple[tuple[Classical, Classical], ...]

    @classmethod
    def of(cls, pair: Pair, said: Sequence[bytes], *, kem: bool) -> "ClassicalTalk":
        """They take turns. `kem`: whether the handshake is PQXDH."""
        alice, bob, draws, known = pair.alice, pair.bob, pair.draws, pair.known
        opening: Hello | Opening
        if kem:
            opening, agreed = handshake.initiate(alice.us.device, known.terms(), draws)
            secret, session_id = agreed.secret, agreed.session_id
        else:
            keys = bob.us.party.entry.identity, bob.bundle.signed_prekey, bob.pairs[0].curve
            opening, secret = begin_x3dh(alice.us.device, *keys, draws)
            session_id = bytes(32)
        forth, back = known.contexts(session_id)
        first = Classical.start(secret, bob.bundle.signed_prekey, forth, back, draws)
        second = Classical.accept(secret, bob.secrets.signed_prekey, back, forth)
        sides, wire, before = [first, second], list[Sent](), list[tuple[Classical, Classical]]()
        for at, text in enumerate(said):
            before.append((sides[ALICE], sides[BOB]))
            sides[at % 2], envelope = sides[at % 2].seal(text, draws)
            sides[1 - at % 2], _ = sides[1 - at % 2].open(envelope)
            wire.append(Sent(at % 2, envelope, text))
        return cls(pair, opening, tuple(wire), tuple(before))

    @property
    def recording(self) -> ClassicalRecording:
        passed = tuple(one.passed for one in self.wire)
        return ClassicalRecording(self.pair.known, self.opening, passed)

    def copied(self, at: int) -> tuple[Classical, Classical]:
        """Both sides before message number `at`, in the hands of a thief."""
        return self.before[at]

    def read_by(self, tap: Adversary) -> int:
        """Messages that are read by who has a recording alone, and an oracle."""
        opened = tap.use(StoreNow).of.opened(tap.use(Quantum).of)
        return _right(opened, self.wire)

    def read_by_thief(self, thief: Adversary) -> int:
        """Messages that are read by who stole both sides, and records all from there on."""
        recorded = thief.use(StoreNow).of
        opened = recorded.followed(thief.use(StateCopy).of, thief.use(Quantum).of)
        return _right(opened, self.wire[-len(opened) :])


@dataclass(frozen=True, slots=True)
class ProductTalk:
    """A conversation of the product, from its first contact on.

    Attributes:
        before: both sessions before each message; the first of Bob's is not there yet.
        initiator_sure, responder_sure: after which message, from 1, each has proof of the
            other's certified ML-KEM key.
    """

    pair: Pair
    wire: tuple[Sent, ...]
    before: tuple[tuple[Session, Session], ...]
    initiator_sure: int
    responder_sure: int

    @classmethod
    def of(cls, pair: Pair, said: Sequence[bytes]) -> "ProductTalk":
        alice, bob, draws = pair.alice, pair.bob, pair.draws
        first = alice.talker(alice.contact(bob, NOW, draws), draws, NOW)
        opener = first.says(said[0])
        accepted = bob.accept(bob.unseal(opener), NOW)
        second = bob.talker(accepted.session, draws, NOW)
        talkers, wire = (first, second), [Sent(ALICE, opener, said[0])]
        before, sure = [(first.session, second.session)], [0, 0]
        for at, text in enumerate(said[1:], 1):
            before.append((first.session, second.session))
            envelope = talkers[at % 2].says(text)
            talkers[1 - at % 2].hears(envelope)
            wire.append(Sent(at % 2, envelope, text))
            for side in (ALICE, BOB):
                if talkers[side].session.confirmed and not sure[side]:
                    sure[side] = at + 1
        return cls(pair, tuple(wire), tuple(before), *sure)

    @property
    def recording(self) -> ProductRecording:
        return ProductRecording(self.pair.known, tuple(one.passed for one in self.wire))

    def copied(self, at: int) -> Stolen:
        """Both devices before message number `at`, in the hands of a thief."""
        devices = self.pair.alice.us.device, self.pair.bob.us.device
        return Stolen(self.before[at], [device.kem for device in devices])

    def read_by(self, tap: Adversary) -> int:
        """Messages that are read by who has a recording alone, and an oracle."""
        return sum(tap.use(StoreNow).of.opened(tap.use(Quantum).of))

    def read_by_thief(self, thief: Adversary) -> int:
        """Messages that are read by who stole both sides, and records all from there on."""
        recorded = thief.use(StoreNow).of
        return sum(recorded.followed(thief.use(StateCopy).of, thief.use(Quantum).of))


def impersonated(pair: Pair, impostor: Adversary) -> tuple[int, int]:
    """Somebody in 2040 writes to Bob as Alice: first messages that Bob opens, and replies of
    his that the impostor opens."""
    oracle, known, draws = impostor.use(Quantum).of, pair.known, pair.draws
    us, them = known.alice.guessed(oracle).us, known.bob.guessed(oracle)
    session = initiate(us, them.us.manifest, them.serve(1), 0, NOW, draws)
    session, envelope = session.seal(b"it is me, Alice", draws)
    try:
        accepted = pair.bob.accept(pair.bob.unseal(envelope), NOW)
    except DoorlessError:
        return 0, 0
    _, reply = accepted.session.seal(b"what did we agree on?", draws)
    try:
        session, _ = session.open(reply, NOW, us.device.kem)
    except DoorlessError:
        return 1, 0
    return 1, int(session.epoch > 1)


def _right(opened: Sequence[bytes | None], wire: Sequence[Sent]) -> int:
    """How many were read as they were said."""
    return sum(one == sent.text for one, sent in zip(opened, wire, strict=True))
