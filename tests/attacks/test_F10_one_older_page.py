"""F10: one page of the database is put back, at its own number, to what it genuinely was before.

SQLCipher authenticates a page with its number, and not with its age. So whoever may write to the
disk at two times can do this. What guards the keys is a mark of each session in another table,
so on another page; the rest is a limit, pinned here and stated in SECURITY.md.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from doorless_client.core.sessions import Sessions
from doorless_client.store.base import StoreError
from doorless_client.store.records import Contact, Setting
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_lab.world import World

PAGE = 4096
KEY = bytes(range(32))


def file_of(store: SqlcipherStore, path: Path) -> bytes:
    store.scrub()  # all of it in the file, nothing in the log
    return path.read_bytes()


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A closed profile's file, and an older version of the same file."""
    path = tmp_path_factory.mktemp("F10") / "store.db"
    with World(b"older page") as world:
        store = open_store(path, KEY, create=True)
        alice, bob = world.person("alice", store), world.person("bob")
        alice.add("bob")
        bob.add("alice")
        for number in range(4):
            alice.says("bob", f"early {number}")
            world.advance(60)
            bob.says("alice", f"early {number}")
            world.advance(60)
        older = file_of(store, path)
        for number in range(4):
            bob.says("alice", f"late {number}")
            world.advance(60)
            alice.says("bob", f"late {number}")
            world.advance(60)
        alice.engine.block(alice.chat("bob").conversation)
        world.settle()
    return path.read_bytes(), older


def with_one_older_page(newest: bytes, older: bytes) -> Iterator[bytes]:
    for start in range(0, min(len(newest), len(older)), PAGE):
        page = older[start : start + PAGE]
        if page != newest[start : start + PAGE]:
            yield newest[:start] + page + newest[start + PAGE :]


@pytest.mark.attack(
    "F10",
    "a page put back to an older version of itself brings no older keys of a session back",
    weaken={"doorless_client.core.sessions.is_as_left": lambda *_: True},
)
def test_no_older_keys_come_back(versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    newest, older = versions
    path = tmp_path / "store.db"
    path.write_bytes(newest)
    with closing(open_store(path, KEY)) as store:
        (now,) = parts_of(store)
    fallen = 0
    for file in with_one_older_page(newest, older):
        path.write_bytes(file)
        try:
            with closing(open_store(path, KEY)) as store, store.transaction():
                lost = Sessions(store).repair()
                assert lost or parts_of(store) == [now]
                fallen += bool(lost)
        except StoreError:
            fallen += 1
    assert fallen > 0


def parts_of(store: SqlcipherStore) -> list[tuple[bytes, ...]]:
    """What each session has stored."""
    parts: dict[bytes, list[bytes]] = {}
    for row in sorted(store.session_parts.find(), key=lambda row: row.part):
        parts.setdefault(row.session, []).append(row.part + row.data)
    return [tuple(held) for held in parts.values()]


def test_an_older_page_of_anything_else_is_genuine(
    versions: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """The limit: who writes to the disk twice can undo a block, and nothing here sees it."""
    newest, older = versions
    path = tmp_path / "store.db"
    standings = set[str]()
    for file in (newest, *with_one_older_page(newest, older)):
        path.write_bytes(file)
        with closing(open_store(path, KEY)) as store:
            held: list[Contact] = list(store.contacts.find(handle="bob"))
            standings |= {one.standing for one in held}
    assert standings == {"blocked", "contact"}


def test_a_page_put_back_is_in_order_for_the_doctor(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path, KEY, create=True)) as store, store.transaction():
        for number in range(100):
            store.settings.put(Setting(f"name {number:03}", b"old" * 50))
    older = path.read_bytes()
    with closing(open_store(path, KEY)) as store, store.transaction():
        for number in range(100):
            store.settings.put(Setting(f"name {number:03}", b"new" * 50))
    mixed = next(iter(with_one_older_page(path.read_bytes(), older)))
    path.write_bytes(mixed)
    with closing(open_store(path, KEY)) as store:
        values = {row.value for row in store.settings.find()}
        assert values == {b"old" * 50, b"new" * 50}
        assert store.damage() == []
