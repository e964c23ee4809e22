"""Two devices and nothing between them: the smallest stage on which the protocol plays.

No relay, no store, no clock: whoever holds an envelope decides when and whether it arrives.
A theft is a variable: `stolen = bob.session`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from doorless_protocol import merkle
from doorless_protocol.envelope import Initial, open_initial
from doorless_protocol.first_contact import Accepted, Us, initiate, respond
from doorless_protocol.keys import DeviceKeys, account_signing_key
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import PrekeySecrets, draw_bundle
from doorless_protocol.prekeys import OneTimePair, ServedBundle, SignedBundle
from doorless_protocol.primitives import KemSeed
from doorless_protocol.session import Session
from doorless_protocol.snapshot import join, parts

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Device:
    """A device with prekeys that others can fetch."""

    us: Us
    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...]
    secrets: PrekeySecrets

    @classmethod
    def draw(cls, handle: str, now: int, random: Random, pairs: int = 2) -> "Device":
        keys = DeviceKeys.draw(random)
        account = account_signing_key(random(32))
        manifest = Manifest.sign(account, [DeviceEntry.of(keys, now)], now)
        bundle, public, secrets = draw_bundle(keys, manifest.account, now, random, pairs)
        return cls(Us(manifest, keys, f"{handle}@relay.example"), bundle, public, secrets)

    @property
    def manifests(self) -> dict[int, bytes]:
        return {self.us.manifest.version: self.us.manifest.hash}

    def serve(self, index: int | None = 0) -> ServedBundle:
        """What a relay would answer: a one-time pair by its place, or None for the last resort."""
        if index is None:
            return ServedBundle(self.bundle, None)
        path = merkle.inclusion_path([pair.encode() for pair in self.pairs], index)
        return ServedBundle(self.bundle, self.pairs[index], index, path)

    def contact(self, other: "Device", now: float, random: Random, known: int = 0) -> Session:
        return initiate(self.us, other.us.manifest, other.serve(), known, now, random)

    def unseal(self, envelope: bytes) -> Initial:
        us = self.us
        return open_initial(envelope, us.manifest.account, us.device.device, [self.secrets])

    def accept(self, initial: Initial, now: float) -> Accepted:
        return respond(initial, self.us, self.secrets, self.manifests, now)

    def talker(self, session: Session, random: Random, now: float) -> "Talker":
        """This device's side of a conversation."""
        return Talker(session, random, now, self.us.device.kem)


@dataclass
class Talker:
    """One side of a conversation, with the session it holds now."""

    session: Session
    random: Random
    now: float
    identity: KemSeed = field(repr=False)

    def says(self, content: bytes) -> bytes:
        follows, envelope = self.session.seal(content, self.random)
        self.session = join(parts(follows))  # as if stored and read again
        return envelope

    def hears(self, envelope: bytes) -> bytes:
        follows, content = self.session.open(envelope, self.now, self.identity)
        self.session = join(parts(follows))
        return content

    def copy(self) -> "Talker":
        """What a thief of the device holds."""
        return replace(self)


def meet(alice: Device, bob: Device, now: float, random: Random) -> tuple[Talker, Talker]:
    """Alice contacts Bob, he replies, she answers: confirmed on both sides."""
    first = alice.talker(alice.contact(bob, now, random), random, now)
    second = bob.talker(bob.accept(bob.unseal(first.says(b"")), now).session, random, now)
    first.hears(second.says(b""))
    second.hears(first.says(b""))
    return first, second
