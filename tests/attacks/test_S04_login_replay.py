"""S04: a signature signs in once, on one connection, at one relay, at once; or not at all.

DOORLESS_REPLAYS=10000 tries each of them so often; a sample is enough to see that it holds.
"""

import os
from itertools import count
from random import Random
from typing import Any

import pytest

from doorless_protocol.frames import Done, Refusal, Refused, SignIn, login_object
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
TRIES = int(os.environ.get("DOORLESS_REPLAYS", "25"))
RANDOM = Random(4).randbytes
ACCOUNT = account_id(SigningKey.draw(RANDOM).verifying)
DEVICE = DeviceKeys.draw(RANDOM)


def relay(name: str = "relay.test") -> Relay:
    """Each time that it looks at its clock a second has passed: no rate refuses what is tried."""
    passed = map(float, count())
    return Relay(MemoryStore(), Identity(name), random=RANDOM, elapsed=lambda: next(passed))


def signed(peer: Greeted) -> SignIn:
    challenge = peer.challenge
    signing = login_object(challenge.relay, challenge.nonce, peer.binding, ACCOUNT, DEVICE.device)
    signature = DEVICE.signing.sign(Purpose.RELAY_LOGIN, signing)
    return SignIn(ACCOUNT, DEVICE.device, DEVICE.signing.verifying.encode(), signature)


async def accepted(at: Relay, peer: Greeted, login: SignIn, now: int = NOW) -> bool:
    return (await at.handle(peer, login, now)).answered == Done()


async def test_an_honest_login_is_accepted() -> None:
    at = relay()
    peer = at.greet(NOW, bytes(32))
    assert await accepted(at, peer, signed(peer), NOW + 30)


@pytest.mark.attack(
    "S04",
    "a login signed on one connection is refused on every other",
    weaken={"doorless_server.relay.fresh_nonce": lambda _random: bytes(32)},
)
async def test_a_login_replayed_on_another_connection_is_refused(record: Any) -> None:
    at = relay()
    first = at.greet(NOW, bytes(32))
    login = signed(first)
    assert await accepted(at, first, login)
    seen = [await accepted(at, at.greet(NOW, bytes(32)), login) for _ in range(TRIES)]
    assert not any(seen)
    record("S04", "accepted on another connection", sum(seen), f"of {TRIES:,}", "== 0")


@pytest.mark.attack(
    "S04",
    "a login signed for another relay, or over another certificate, is refused",
    weaken={"doorless_server.relay.check_login": lambda _peer, _asked: None},
)
async def test_a_login_for_another_relay_or_certificate_is_refused() -> None:
    here, honest = relay("evil.test"), relay("relay.test")
    relayed = signed(here.greet(NOW, bytes(32)))
    theirs = honest.greet(NOW, bytes(32))
    passed_on = signed(Greeted(theirs.challenge, NOW, b"\x01" * 32))  # behind another certificate
    for login in (relayed, passed_on):
        seen = [await accepted(honest, theirs, login) for _ in range(TRIES)]
        assert not any(seen)


@pytest.mark.attack(
    "S04",
    "a challenge is worth nothing after 30 seconds",
    weaken={"doorless_server.relay.is_in_time": lambda _peer, _now: True},
)
async def test_a_login_that_comes_late_is_refused(record: Any) -> None:
    at = relay()
    peer = at.greet(NOW, bytes(32))
    login = signed(peer)
    late = [await accepted(at, peer, login, NOW + 31 + late) for late in range(TRIES)]
    assert not any(late)
    record("S04", "accepted after 30 s", sum(late), f"of {TRIES:,}", "== 0")


async def test_a_challenge_serves_one_attempt_also_when_it_failed() -> None:
    at = relay()
    peer = at.greet(NOW, bytes(32))
    login = signed(peer)
    forged = SignIn(login.account, login.device, login.key, bytes(len(login.signature)))
    outcome = await at.handle(peer, forged, NOW)
    assert outcome.answered == Refused(int(Refusal.NOT_ALLOWED), 0)
    again = await at.handle(outcome.peer, login, NOW)
    assert again.answered == Refused(int(Refusal.NOT_ALLOWED), 0)


async def test_a_second_login_on_a_connection_is_refused() -> None:
    at = relay()
    peer = at.greet(NOW, bytes(32))
    login = signed(peer)
    outcome = await at.handle(peer, login, NOW)
    again = await at.handle(outcome.peer, login, NOW)
    assert again.answered == Refused(int(Refusal.NOT_ALLOWED), 0)
