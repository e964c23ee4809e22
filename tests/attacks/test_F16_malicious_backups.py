"""F16: a file that is given to be restored was made up by somebody else."""

import random
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from doorless_client import backing_up
from doorless_client.backing_up import back_up, restore_backup
from doorless_client.core import restoring
from doorless_client.core.api import RefusedError
from doorless_client.core.restoring import Restored
from doorless_client.recovery_words import words_of
from doorless_client.store.base import Store
from doorless_lab.recovering import recover
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.backup import Keys, Writer, seal
from doorless_protocol.backup_records import Person as PersonRecord
from doorless_protocol.backup_records import decode, encode
from doorless_protocol.manifest import Manifest


def words(person: Person) -> str:
    (own,) = person.store.own.find()
    return " ".join(words_of(own.unshown_seed))


def seed(person: Person) -> bytes:
    (own,) = person.store.own.find()
    return own.unshown_seed


def made_up(path: Path, records: Iterable[bytes], writer: Writer) -> Path:
    path.write_bytes(b"".join(seal(records, writer, random.Random(1).randbytes)))
    return path


def unchecked(person: PersonRecord, ours: bytes) -> Manifest | None:
    del ours
    return Manifest.decode(person.manifest) if person.manifest else None


@pytest.mark.attack(
    "F16",
    "no backup brings a contact under somebody else's keys",
    weaken={"doorless_client.core.restoring.check_person": unchecked},
)
async def test_a_contact_under_somebody_elses_keys_is_not_restored(tmp_path: Path) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        (eve,) = world.people("eve")
        records = []
        for data in backing_up.records(alice.store, int(world.now)):
            record = decode(data)
            if isinstance(record, PersonRecord):
                manifest = eve.engine.state.manifest.encode()
                head = eve.engine.state.manifest.head.encode()
                planted = msgspec.structs.replace(record, head=head, manifest=manifest)
                records.append(encode(planted))
            else:
                records.append(data)
        path = made_up(tmp_path / "planted", records, Keys.of(seed(alice)).writer)
        again = recover(alice, seed(alice))
        with pytest.raises(RefusedError):
            restore_backup(again.store, path, words(alice))
        assert not again.store.contacts.find(account=bob.engine.me.account)


def anybodys(data: bytes, account: bytes) -> None:
    del data, account


@pytest.mark.attack(
    "F16",
    "a backup of another account is not taken in",
    weaken={"doorless_client.core.restoring.check_whose": anybodys},
)
async def test_a_backup_of_another_account_is_not_taken_in(tmp_path: Path) -> None:
    with World() as world:
        bob, _ = world.friends("bob", "carol")
        (alice,) = world.people("alice")
        path = tmp_path / "bobs"
        await back_up(bob.store, path, int(world.now), random.Random(1).randbytes)
        before = alice.store.contacts.find(), alice.store.messages.find()
        with pytest.raises(RefusedError, match="is of another account"):
            restore_backup(alice.store, path, words(bob))
        assert (alice.store.contacts.find(), alice.store.messages.find()) == before


def as_it_comes(store: Store, records: Iterable[bytes]) -> Restored:
    """Record by record, each for good."""
    newest = store.own_manifests.last()
    assert newest is not None
    taking = restoring._Restoring(store, Manifest.decode(newest.manifest))
    held: list[bytes] = []
    try:
        for data in records:
            held.append(data)
    finally:
        with store.transaction():
            restored = taking.take(held)
    return restored


@pytest.mark.attack(
    "F16",
    "of a backup that does not hold to its end, nothing is taken in",
    weaken={"doorless_client.backing_up.restore": as_it_comes},
)
async def test_the_honest_beginning_of_an_altered_backup_is_not_taken_in(tmp_path: Path) -> None:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        path = tmp_path / "cut"
        await back_up(alice.store, path, int(world.now), random.Random(1).randbytes)
        spoil(path)
        again = recover(alice, seed(alice))
        with pytest.raises(RefusedError):
            restore_backup(again.store, path, words(alice))
        assert not again.store.contacts.find()


def spoil(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
