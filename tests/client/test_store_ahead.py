"""What a store does so that the next delivery costs less makes no difference to what it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import Entry, Setting
from doorless_client.store.sqlcipher import open_store
from rows import contact, entry

CONVERSATION = b"\xcc" * 32


@pytest.fixture(params=["memory", "sqlcipher"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = MemoryStore()
    if request.param == "sqlcipher":
        opened = open_store(tmp_path / "store.db", bytes(32), create=True)
    yield opened
    opened.close()


def said(place: int) -> Entry:
    return entry(CONVERSATION, place, "hello")


def test_something_else_is_done_while_a_transaction_is_made_durable(store: Store) -> None:
    done: list[str] = []

    @contextmanager
    def committing() -> Iterator[None]:
        done.append("all is written")
        yield
        done.append("it is durable")

    with store.transaction(committing):
        store.settings.put(Setting("kept", b"1"))
        assert done == []
    assert done == ["all is written", "it is durable"]
    assert store.settings.find() == [Setting("kept", b"1")]


def test_nothing_else_is_done_where_a_transaction_fails(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction(pytest.fail):
        raise RuntimeError
    assert store.settings.find() == []


def test_ids_that_were_announced_are_found_as_if_they_had_not_been(store: Store) -> None:
    there, new = said(0), said(1)
    with store.transaction():
        store.contacts.put(contact(CONVERSATION))
        store.messages.put(there)
    with store.transaction():
        store.messages.expect_ids([there.id, new.id, b"n" * 16])
        assert with_id(store, there) == there
        assert with_id(store, new) is None
        store.messages.put(new)
        assert with_id(store, new) == new
        store.messages.drop(new.conversation, new.place)
        assert with_id(store, new) is None
    store.messages.expect_ids([new.id])
    with store.transaction():
        store.messages.put(new)
    assert with_id(store, new) == new


def with_id(store: Store, row: Entry) -> Entry | None:
    return store.messages.with_id(row.conversation, row.id, row.account)
