"""Echo's device: keys of its own, and both ends of the conversation of it and ours.

    meet ──► Ends ── to_echo ──► the envelope, the Ends that follow, what Echo opened
                  └─ from_echo ► the same, the other way

The handshake, the ratchets and the envelopes are those of every conversation; only the way
from one end to the other is no network but a function call. Spec: docs/spec/08-state.md §16.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import msgspec

from doorless_protocol import merkle
from doorless_protocol.content import NO_PREVIOUS, Content, Control
from doorless_protocol.envelope import open_initial
from doorless_protocol.first_contact import Us, initiate, respond
from doorless_protocol.keys import (
    RECOVERY_SEED_SIZE,
    DeviceKeys,
    account_signing_key,
    conversation_id,
)
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.prekeys import DAY, ServedBundle
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session
from doorless_protocol.snapshot import join, parts

_PARTS = msgspec.msgpack.Decoder(dict[bytes, bytes])


@dataclass(frozen=True, slots=True)
class Ends:
    """Echo's device, and the session of it and ours at either end: a step returns what follows."""

    keys: DeviceKeys
    manifest: Manifest
    ours: Session
    theirs: Session

    @classmethod
    def decode(cls, keys: bytes, manifest: bytes, ours: bytes, theirs: bytes) -> Self:
        """Raises MalformedError: not what `encode` returned."""
        return cls(
            DeviceKeys.decode(keys),
            Manifest.decode(manifest),
            join(_PARTS.decode(ours)),
            join(_PARTS.decode(theirs)),
        )

    def encode(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Keys, manifest, our session, Echo's."""
        return (
            self.keys.encode(),
            self.manifest.encode(),
            msgspec.msgpack.encode(parts(self.ours)),
            msgspec.msgpack.encode(parts(self.theirs)),
        )

    def to_echo(self, content: Content, now: float, random: Random) -> "Carried":
        """Seal with our session, open with Echo's."""
        ours, envelope = self.ours.seal(content.encode(), random)
        theirs, opened = self.theirs.open(envelope, now, self.keys.kem)
        follows = replace(self, ours=ours, theirs=theirs)
        return Carried(follows, envelope, Content.decode(opened))

    def from_echo(self, content: Content, us: Us, now: float, random: Random) -> "Carried":
        """Seal with Echo's session, open with ours."""
        theirs, envelope = self.theirs.seal(content.encode(), random)
        ours, opened = self.ours.open(envelope, now, us.device.kem)
        follows = replace(self, ours=ours, theirs=theirs)
        return Carried(follows, envelope, Content.decode(opened))


class Carried(NamedTuple):
    """What follows, the envelope that went from one end to the other, and what it opened to."""

    follows: Ends
    envelope: bytes
    content: Content

    def __repr__(self) -> str:
        return f"Carried({len(self.envelope)} bytes)"


def meet(us: Us, now: float, random: Random) -> Ends:
    """Draw Echo's account and device, and shake hands: we initiate, it responds.

    Its account's key and its prekeys' private halves are forgotten on return: nothing is signed
    with the one again, and the others opened what they were for.
    """
    account, keys = account_signing_key(random(RECOVERY_SEED_SIZE)), DeviceKeys.draw(random)
    today = int(now) - int(now) % DAY
    manifest = Manifest.sign(account, [DeviceEntry.of(keys, today)], not_before=today)
    bundle, pairs, secrets = draw_bundle(keys, manifest.account, int(now), random, count=1)
    path = merkle.inclusion_path([pair.encode() for pair in pairs], 0)
    served = ServedBundle(bundle, pairs[0], 0, path)
    served.check(manifest.entry(keys.device), manifest.account, int(now))
    begun = initiate(us, manifest, served, 0, now, random)
    ours, envelope = begun.seal(_control(us, manifest, now, random), random)
    initial = open_initial(envelope, manifest.account, keys.device, [secrets])
    echo = Us(manifest, keys, address="")
    accepted = respond(initial, echo, secrets, {manifest.version: manifest.hash}, now)
    theirs, reply = accepted.session.seal(_control(us, manifest, now, random), random)
    ours, _ = ours.open(reply, now, us.device.kem)
    return Ends(keys, manifest, ours, theirs)


def _control(us: Us, echo: Manifest, now: float, random: Random) -> bytes:
    """Says nothing; either side's first envelope, which the handshake needs."""
    return Content.saying(
        Control(),
        id=random(16),
        counter=0,
        previous=NO_PREVIOUS,
        conversation=conversation_id(us.manifest.account, echo.account),
        time=int(now * 1000),
    ).encode()
