"""F15: a backup is restored on a second computer while the first one goes on."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_client.backing_up import back_up
from doorless_client.store.records import Own
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.backup import Keys, open_sealed
from doorless_protocol.backup_records import About
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import Manifest
from doorless_protocol.prekey_secrets import PrekeySecrets


def with_all_keys(own: Own, manifest: Manifest, now: int) -> About:
    keys = own.device_keys.hex()
    return About(manifest.account, own.handle, keys[:300], own.tls, own.device_keys[97:129], now)


def secrets_of(person: Person) -> Iterator[bytes]:
    (own,) = person.store.own.find()
    keys = DeviceKeys.decode(own.device_keys)
    yield from (own.account_key, keys.identity, keys.kem, keys.signing.seed, own.unshown_seed)
    yield own.token
    for row in person.store.prekeys.find():
        secrets = PrekeySecrets.decode(row.secrets)
        yield from (secrets.signed_prekey, secrets.last_resort, secrets.envelope)
    for pair in person.store.one_time_prekeys.find():
        yield pair.secrets
    for part in person.store.session_parts.find():
        yield part.data


@pytest.mark.attack(
    "F15",
    "a backup holds no key of a device, of a prekey or of a session",
    weaken={"doorless_client.core.backup_rows.about": with_all_keys},
)
async def test_no_secret_of_a_device_is_in_a_backup(tmp_path: Path) -> None:
    with World() as world:
        alice, _ = talking(world)
        (own,) = alice.store.own.find()
        path = tmp_path / "backup"
        await back_up(alice.store, path, int(world.now), random.Random(1).randbytes)
        keys = Keys.of(own.unshown_seed)
        plaintext = b"".join(open_sealed(iter([held(path)]), keys))
        assert b"a session to have keys of" in plaintext
        secrets = {secret for secret in secrets_of(alice) if len(secret) >= 16}
        assert len(secrets) > 10
        assert not [secret for secret in secrets if secret in plaintext]


def talking(world: World) -> tuple[Person, Person]:
    alice, bob = world.friends("alice", "bob")
    alice.says("bob", "a session to have keys of")
    world.settle()
    bob.says("alice", "and an answer")
    world.advance(10)
    return alice, bob


def held(path: Path) -> bytes:
    return path.read_bytes()
