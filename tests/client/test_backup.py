"""What was said outlives every device: in a backup, and not in more than that."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from doorless_client import backing_up
from doorless_client.backing_up import back_up, needs_words, read_about, restore_backup
from doorless_client.core.api import RefusedError
from doorless_client.core.backup_rows import records
from doorless_client.core.restoring import restore
from doorless_client.core.views import Kind, Trust
from doorless_client.recovery_words import words_of
from doorless_client.store.records import Setting
from doorless_client.store.sqlcipher import open_store
from doorless_client.store.talk_records import RUN, Extra, OlderVersion, Reaction, Shelf, Timer
from doorless_lab.linking import link
from doorless_lab.recovering import recover
from doorless_lab.world import World
from doorless_lab.world_person import Person, copy_store
from doorless_protocol.backup_records import Said, decode
from doorless_protocol.content import File
from doorless_protocol.errors import MalformedError


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alice.backup"


def seed(person: Person) -> bytes:
    (own,) = person.store.own.find()
    return own.unshown_seed


def words(person: Person) -> str:
    return " ".join(words_of(seed(person)))


async def written(person: Person, path: Path, **options: str) -> Path:
    await back_up(person.store, path, int(person.world.now), random.Random(1).randbytes, **options)
    return path


FILE = msgspec.msgpack.encode(File("moth.png", 3, bytes(32), bytes(32), bytes(32)))


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def held(path: Path) -> bytes:
    return path.read_bytes()


def said_with(person: Person, peer: str) -> list[tuple[bool, str]]:
    return [(one.mine, str(one.text)) for one in person.messages(peer) if one.kind is Kind.TEXT]


def talked(world: World) -> tuple[Person, Person]:
    alice, bob = world.friends("alice", "bob")
    for number in range(3):
        alice.says("bob", f"mine {number}")
        world.settle()
        bob.says("alice", f"theirs {number}")
        world.settle()
    world.advance(10)
    return alice, bob


async def test_history_and_contacts_come_back_to_a_new_device_and_sessions_do_not(
    world: World, path: Path
) -> None:
    alice, bob = talked(world)
    said = said_with(alice, "bob")
    assert len(said) >= 6
    await written(alice, path)
    again = recover(alice, seed(alice))
    done = restore_backup(again.store, path, words(alice))
    assert (done.people, done.left_out) == (1, 0)
    assert said_with(again, "bob") == said
    before = {row.session for row in alice.store.session_parts.find()}
    assert before
    assert not again.store.session_parts.find()
    assert again.engine.me.device != alice.engine.me.device
    again.says("bob", "on a new computer")
    world.advance(700)
    assert bob.texts("alice")[-1] == "on a new computer"
    bob.says("alice", "welcome back")
    world.advance(40)
    new = [(True, "on a new computer"), (False, "welcome back")]
    assert said_with(again, "bob") == [*said, *new]
    assert before.isdisjoint(row.session for row in again.store.session_parts.find())


async def test_restored_twice_it_is_there_once(world: World, path: Path) -> None:
    alice, _ = talked(world)
    await written(alice, path)
    again = recover(alice, seed(alice))
    first = restore_backup(again.store, path, words(alice))
    rows = again.store.messages.find()
    second = restore_backup(again.store, path, words(alice))
    assert first.messages > 0
    assert (second.people, second.messages) == (0, 0)
    assert again.store.messages.find() == rows


async def test_what_was_heard_before_it_is_restored_stands_behind_it(
    world: World, path: Path
) -> None:
    alice, bob = talked(world)
    said = said_with(alice, "bob")
    await written(alice, path)
    again = recover(alice, seed(alice))
    bob.says("alice", "where are you?")
    world.advance(700)
    restore_backup(again.store, path, words(alice))
    assert said_with(again, "bob") == [*said, (False, "where are you?")]


async def test_an_older_backup_fills_the_gap_it_knows_of(world: World, path: Path) -> None:
    """Alice keeps the newest messages alone, then restores all of them."""
    alice, _ = talked(world)
    said = said_with(alice, "bob")
    await written(alice, path)
    here = alice.messages("bob")[0].conversation
    kept = alice.store.messages.find(conversation=here)[-2:]
    with alice.store.transaction():
        alice.store.messages.clear(conversation=here)
        for place, row in enumerate(kept):
            alice.store.messages.put(msgspec.structs.replace(row, place=place))
    assert said_with(alice, "bob") == said[-2:]
    restore_backup(alice.store, path, words(alice))
    assert said_with(alice, "bob") == said


async def test_a_decision_comes_back_for_the_very_key_it_was_about(
    world: World, path: Path
) -> None:
    alice, _ = talked(world)
    number = alice.engine.safety_number(alice.chat("bob").conversation)
    alice.engine.verify(alice.chat("bob").conversation, number.digits)
    await written(alice, path)
    again = recover(alice, seed(alice))
    restore_backup(again.store, path, words(alice))
    assert again.chat("bob").trust is Trust.VERIFIED


async def test_nothing_changes_for_other_words_another_account_or_half_a_file(
    world: World, path: Path
) -> None:
    alice, _ = talked(world)
    (eve,) = world.people("eve")
    await written(alice, path)
    again = recover(alice, seed(alice))
    before = again.store.messages.find(), again.store.contacts.find(), again.store.settings.find()
    whole = held(path)
    for data, given, told in (
        (whole, words(eve), "do not open it"),
        (whole[:-1], words(alice), "do not open it"),
        (whole[: len(whole) // 2], words(alice), "do not open it"),
        (b"", words(alice), "do not open it"),
        (whole, "one two three", "3 words, not 24"),
    ):
        put(path, data)
        with pytest.raises(RefusedError, match=told):
            restore_backup(again.store, path, given)
        with pytest.raises(RefusedError, match=told):
            read_about(path, given)
    rows = again.store.messages.find(), again.store.contacts.find(), again.store.settings.find()
    assert rows == before
    put(path, whole)
    with pytest.raises(RefusedError, match="No such file"):
        restore_backup(again.store, path.with_name("nothing"), words(alice))


async def test_a_backup_says_whose_it_is_to_whom_has_the_words(world: World, path: Path) -> None:
    alice, _ = talked(world)
    await written(alice, path)
    about = read_about(path, words(alice))
    assert (about.handle, about.relay) == ("alice", alice.engine.me.relay)
    assert about.account == alice.engine.me.account
    assert b"alice" not in held(path)


async def test_a_linked_device_asks_for_the_words_once(world: World, path: Path) -> None:
    alice, _ = talked(world)
    (eve,) = world.people("eve")
    laptop = link(alice)
    world.advance(60)
    assert needs_words(laptop.store)
    with pytest.raises(RefusedError, match="give the recovery words"):
        await written(laptop, path)
    with pytest.raises(RefusedError, match="another account"):
        await written(laptop, path, words=words(eve))
    await written(laptop, path, words=words(alice))  # nothing was left in its place
    await written(laptop, path.with_name("again"))
    again = recover(alice, seed(alice))
    restore_backup(again.store, path, words(alice))
    assert said_with(again, "bob") == said_with(laptop, "bob")


async def test_what_was_done_with_messages_and_chats_comes_back(world: World, path: Path) -> None:
    alice, _ = talked(world)
    here = alice.chat("bob").conversation
    first, second, fading = [row for row in alice.store.messages.find() if row.kind == "text"][:3]
    ours = alice.engine.me.account
    done = (
        Extra(here, first.place, first.place // RUN, quoted=second.id, pinned=True, file=FILE),
        Extra(here, second.place, second.place // RUN, edited=1, edited_at=9, reacted=True),
        OlderVersion(here, second.place, 8, bytes(16), "as it was"),
        Reaction(here, second.account, second.id, ours, "👍", 7, bytes(16)),
        Shelf(here, pinned=True, muted_until=5, own_name="Bobby", changed=6),
        Timer(here, 3600, 2, bytes(16)),
    )
    tables = ("extras", "versions", "reactions", "shelf", "timers")
    with alice.store.transaction():
        for row in done:
            getattr(alice.store, row.table).put(row)
    expected = [list(getattr(alice.store, table).find()) for table in tables]
    with alice.store.transaction():
        alice.store.extras.put(Extra(here, fading.place, fading.place // RUN, lasts=60))
    said = said_with(alice, "bob")
    await written(alice, path)
    again = recover(alice, seed(alice))
    restore_backup(again.store, path, words(alice))
    assert [list(getattr(again.store, table).find()) for table in tables] == expected
    gone = (fading.mine, fading.text)  # what is to disappear would stay in a backup
    assert said_with(again, "bob") == [one for one in said if one != gone]


async def test_settings_come_back_as_far_as_this_version_knows_them(
    world: World, path: Path
) -> None:
    alice, _ = talked(world)
    settings = msgspec.structs.replace(alice.engine.settings, name="Alice L.", typing=True)
    alice.engine.change_settings(settings)
    await written(alice, path)
    again = recover(alice, seed(alice))
    restore_backup(again.store, path, words(alice))
    assert again.engine.settings == settings


async def test_what_is_not_of_this_version_is_counted_and_left_out(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _ = talked(world)
    known = backing_up.records

    def with_more(store: object, now: int) -> Iterator[bytes]:
        yield from known(store, now)
        yield msgspec.msgpack.encode(["poll", "tea or coffee?"])

    monkeypatch.setattr(backing_up, "records", with_more)
    await written(alice, path)
    again = recover(alice, seed(alice))
    assert restore_backup(again.store, path, words(alice)).left_out == 1


async def test_a_restored_device_writes_backups_itself(world: World, path: Path) -> None:
    alice, _ = talked(world)
    await written(alice, path)
    store = copy_store(alice.store)
    with store.transaction():
        store.settings.drop("backup writer")
    assert needs_words(store)
    restore_backup(store, path, words(alice))
    assert not needs_words(store)
    assert isinstance(store.settings.get("backup writer"), Setting)


async def test_what_could_not_be_restored_is_noticed_when_it_is_written(
    world: World, path: Path
) -> None:
    alice, _ = talked(world)
    (row, *_) = [row for row in alice.store.messages.find() if row.kind == "text"]
    with alice.store.transaction():
        alice.store.messages.put(msgspec.structs.replace(row, text="x" * 70_000))
    with pytest.raises(MalformedError):
        await written(alice, path)
    assert names(path.parent) == []


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_two_messages_of_one_id_in_a_backup_are_the_first_of_them(
    world: World, path: Path
) -> None:
    """Somebody with two accounts, one after the other, can say two with one id."""
    alice, bob = talked(world)
    held = list(records(alice.store, int(world.now)))
    again = recover(alice, seed(alice))
    said = [record for record in held if isinstance(decode(record), Said)]
    whole = [*held, msgspec.msgpack.encode([*msgspec.msgpack.decode(said[-1])])]
    store = open_store(path, bytes(range(32)), create=True)
    with store.transaction():
        store.own.put(*again.store.own.find())
        for manifest in again.store.own_manifests.find():
            store.own_manifests.put(manifest)
    done = restore(store, whole)
    assert done.messages == len(said_with(alice, "bob"))
    store.close()
    assert bob
