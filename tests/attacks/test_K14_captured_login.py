"""K14: everything of one login is known, its secrets of the channel too. It is worth nothing later.

What leaks is what a broken channel shows: the challenge, the binding and the proof. The device's
signing key never leaves the device, and no ephemeral key stands in its place.
"""

from dataclasses import dataclass
from random import Random

import pytest

from doorless_client.core.sign_in import sign_in
from doorless_protocol.frames import Challenge, Done, SignIn, login_object
from doorless_protocol.keys import DeviceKeys, SigningKey, account_id
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW, HOURS = 1_750_000_000, 24
RANDOM = Random(14).randbytes
ACCOUNT = account_id(SigningKey.draw(RANDOM).verifying)
DEVICE = DeviceKeys.draw(RANDOM)
HERE = bytes(32)


@dataclass(frozen=True)
class Captured:
    """One login, with all that went over the channel and all that the channel was made of."""

    challenge: Challenge
    binding: bytes
    proof: SignIn


def relay(name: str) -> Relay:
    return Relay(MemoryStore(), Identity(name), random=RANDOM)


async def is_taken(at: Relay, peer: Greeted, proof: SignIn, now: int = NOW) -> bool:
    return (await at.handle(peer, proof, now)).answered == Done()


async def capture(at: Relay) -> Captured:
    peer = at.greet(NOW, HERE)
    proof = sign_in(DEVICE, ACCOUNT, peer.challenge, HERE)
    assert await is_taken(at, peer, proof)
    return Captured(peer.challenge, HERE, proof)


@pytest.mark.attack(
    "K14",
    "a captured login never signs in again at the same relay",
    weaken={"doorless_server.relay.fresh_nonce": lambda _random: bytes(32)},
)
async def test_a_captured_login_is_refused_at_the_same_relay() -> None:
    at = relay("relay.test")
    captured = await capture(at)
    for hour in range(HOURS):
        now = NOW + 3600 * hour
        assert not await is_taken(at, at.greet(now, captured.binding), captured.proof, now)


def any_relay(name: str, nonce: bytes, binding: bytes, account: bytes, device: bytes) -> bytes:
    """A proof that does not say for whom it is."""
    return login_object("relay.test", nonce, binding, account, device)


@pytest.mark.attack(
    "K14",
    "a captured login signs in at no other relay, not even one that says the same challenge",
    weaken={"doorless_server.relay.login_object": any_relay},
)
async def test_a_captured_login_is_refused_at_another_relay() -> None:
    captured = await capture(relay("relay.test"))
    other = relay("other.test")
    same_nonce = Greeted(Challenge("other.test", captured.challenge.nonce), NOW, captured.binding)
    assert not await is_taken(other, same_nonce, captured.proof)


def any_channel(name: str, nonce: bytes, binding: bytes, account: bytes, device: bytes) -> bytes:
    """A proof that does not say over which channel."""
    return login_object(name, nonce, HERE, account, device)


@pytest.mark.attack(
    "K14",
    "a login captured by a relay in the middle is worth nothing behind the true certificate",
    weaken={"doorless_server.relay.login_object": any_channel},
)
async def test_a_login_passed_on_is_refused() -> None:
    at = relay("relay.test")
    honest = at.greet(NOW, b"\x01" * 32)
    proof = sign_in(DEVICE, ACCOUNT, honest.challenge, HERE)  # signed over the thief's certificate
    assert not await is_taken(at, honest, proof)
