"""K07 and K18, the relay's part: nobody registers a key that is not, or not only, his own."""

from dataclasses import replace
from random import Random

import pytest

from doorless_protocol.frames import (
    Answered,
    Done,
    Refusal,
    Refused,
    Register,
    SignIn,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose, SigningKey, account_id
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

NOW = 1_750_000_000
RANDOM = Random(7).randbytes
BOB, EVE = SigningKey.draw(RANDOM), SigningKey.draw(RANDOM)
BOBS, EVES = DeviceKeys.draw(RANDOM), DeviceKeys.draw(RANDOM)


def relay() -> Relay:
    return Relay(MemoryStore(), Identity("relay.test"), random=RANDOM)


async def register(
    at: Relay, handle: str, account: SigningKey, keys: DeviceKeys, entry: DeviceEntry
) -> Answered:
    """Sign in with `keys` under the entry's device id, then register a manifest with the entry."""
    peer = at.greet(NOW, bytes(32))
    named = account_id(account.verifying)
    login = login_object("relay.test", peer.challenge.nonce, bytes(32), named, entry.device)
    signature = keys.signing.sign(Purpose.RELAY_LOGIN, login)
    signing_in = SignIn(named, entry.device, keys.signing.verifying.encode(), signature)
    outcome = await at.handle(peer, signing_in, NOW)
    manifest = Manifest.sign(account, [entry], NOW).encode()
    asked = Register(handle, manifest, bytes(32))
    return (await at.handle(outcome.peer, asked, NOW)).answered


@pytest.mark.attack(
    "K07",
    "a device registers only with the signing key that it proved to hold",
    weaken={"doorless_server.registry.require_proof_of_possession": lambda _peer, _listing: None},
)
async def test_eve_does_not_register_bobs_device_as_hers() -> None:
    answered = await register(relay(), "eve", EVE, EVES, DeviceEntry.of(BOBS, NOW))
    assert answered == Refused(int(Refusal.NOT_ALLOWED), 0)


@pytest.mark.attack(
    "K18",
    "a key that serves one account serves no other",
    weaken={"doorless_server.registry.bindings": lambda _key, _entries: ()},
)
@pytest.mark.parametrize("part", ["identity", "kem", "mailbox"])
async def test_a_key_of_bobs_device_is_refused_in_eves(part: str) -> None:
    at, bobs = relay(), DeviceEntry.of(BOBS, NOW)
    assert await register(at, "bob", BOB, BOBS, bobs) == Done()
    entry = replace(DeviceEntry.of(EVES, NOW), **{part: getattr(bobs, part)})
    assert await register(at, "eve", EVE, EVES, entry) == Refused(int(Refusal.TAKEN), 0)


async def test_eves_own_keys_are_accepted() -> None:
    assert await register(relay(), "eve", EVE, EVES, DeviceEntry.of(EVES, NOW)) == Done()
