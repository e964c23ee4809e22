"""A client whose random numbers somebody chose: what a thief of them does, and what hedges.

    the generator ── 33 bytes in the clear, when it connects ──► the wire ──► whoever knows d
                  └─ then every key of the device                               draws them again

The thief runs the client's own code a second time, on the numbers that he computed. So what he
gets are not numbers like the keys, but the keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import erfc, sqrt

from doorless_lab.pair import Device
from doorless_lab.products.mandated.dual_ec import DualEc, Points, Trapdoor, recover
from doorless_protocol.manifest import Manifest
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import Random, hkdf
from doorless_protocol.session import Session

NONCE = 33
"""Bytes in the clear at the start: one whole output and some of the next. Juniper's were 32."""

ENVELOPE_NONCE = 12
"""Bytes at the start of every envelope that are as the generator gave them."""

Build = Callable[[Random], Random]
"""What a client makes of the generator's output before it makes keys of it."""


def raw(generator: Random) -> Random:
    return generator


def hedge(*sources: Random) -> Random:
    """Bytes that nobody predicts as long as he cannot predict one of the sources."""
    drawn = 0

    def draw(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        together = b"".join(source(32) for source in sources)
        return hkdf(drawn.to_bytes(8), together, b"doorless lab hedged", size)

    return draw


@dataclass(frozen=True, slots=True)
class Installed:
    """A device as this client made it, and what it sent in the clear before."""

    device: Device
    random: Random
    nonce: bytes

    @classmethod
    def at(cls, handle: str, now: int, generator: Random, build: Build) -> "Installed":
        nonce = generator(NONCE)
        random = build(generator)
        return cls(Device.draw(handle, now, random), random, nonce)

    @property
    def published(self) -> "Published":
        device = self.device
        us = device.us
        return Published(self.nonce, us.address, us.manifest, device.bundle, device.pairs)


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody sees of a device: its nonce on the wire, and what it gave to the relay."""

    nonce: bytes
    address: str
    manifest: Manifest
    bundle: SignedBundle
    pairs: tuple[OneTimePair, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A device that the thief drew a second time."""

    device: Device
    random: Random
    tried: int


def break_in(
    victim: Published, now: int, points: Points, door: Trapdoor, build: Build
) -> Broken | None:
    """Find the state behind a nonce, and draw the device again; None: it is another device's.

    `build` is the thief's guess of what the client does with the generator's output.
    """
    handle = victim.address.partition("@")[0]
    for tried, state in enumerate(recover(points, door, victim.nonce), 1):
        random = build(DualEc.following(points, state, NONCE - points.block))
        drawn = Device.draw(handle, now, random)
        if drawn.us.manifest.account == victim.manifest.account:
            us = replace(drawn.us, manifest=victim.manifest)
            secrets = replace(drawn.secrets, bundle_hash=victim.bundle.hash)
            return Broken(Device(us, victim.bundle, victim.pairs, secrets), random, tried)
    return None


def entered(broken: Broken, envelope: bytes, now: int) -> tuple[Session, bytes]:
    """The session that a first contact begins, as its addressee has it, and what it says."""
    accepted = broken.device.accept(broken.device.unseal(envelope), now)
    return accepted.session, accepted.content


def bits_missing(points: Points) -> int:
    """Of an output, where nothing but the nonces of envelopes is on the wire."""
    return 8 * (points.block - ENVELOPE_NONCE) + points.cut


def monobit(data: bytes) -> float:
    """NIST SP 800-22 §2.1, the frequency test: how probable so many more ones than zeros are."""
    bits = 8 * len(data)
    ones = int.from_bytes(data).bit_count()
    return erfc(abs(2 * ones - bits) / sqrt(bits) / sqrt(2))


def runs(data: bytes) -> float:
    """NIST SP 800-22 §2.3: how probable so many changes from one bit to the next are."""
    bits = [byte >> at & 1 for byte in data for at in range(7, -1, -1)]
    ones = sum(bits) / len(bits)
    changes = 1 + sum(left != right for left, right in pairwise(bits))
    expected = 2 * len(bits) * ones * (1 - ones)
    spread = 2 * sqrt(2 * len(bits)) * ones * (1 - ones)
    return erfc(abs(changes - expected) / spread)
