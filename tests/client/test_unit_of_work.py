"""What a transaction holds in memory shows in nothing that a store says."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_client.store.base import DamagedStoreError, Store, StoreError
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import Contact, Copy, Device, Entry, Outgoing, Setting, Wire
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from rows import contact, entry

KEY = bytes(32)
HERE, THERE = b"\x01" * 32, b"\x02" * 32


class TakenBackError(Exception):
    """Ends a transaction."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlcipherStore]:
    opened = open_store(tmp_path / "store.db", KEY, create=True)
    yield opened
    opened.close()


def text(conversation: bytes, place: int, state: int) -> Entry:
    return entry(conversation, place, "x" * place, id=bytes([place]) * 16, state=state)


conversations, small = st.sampled_from([HERE, THERE]), st.integers(0, 3)
Step = Callable[[Store], Any]
changes: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda where, state: (
            lambda store: store.messages.put(text(where, store.messages.length(where), state))
        ),
        conversations,
        small,
    ),
    st.builds(
        lambda where, at, state: (
            lambda store: (
                store.messages.put(text(where, at, state))
                if at < store.messages.length(where)
                else None
            )
        ),
        conversations,
        small,
        small,
    ),
    st.builds(lambda where: lambda store: store.messages.clear(conversation=where), conversations),
    st.builds(
        lambda where, device, said: (
            lambda store: store.devices.put(Device(where, bytes([device]) * 16, bytes([said])))
        ),
        conversations,
        small,
        small,
    ),
    st.builds(
        lambda where, device: lambda store: store.devices.drop(where, bytes([device]) * 16),
        conversations,
        small,
    ),
    st.builds(lambda where: lambda store: store.devices.clear(account=where), conversations),
    st.builds(
        lambda name, value: lambda store: store.settings.put(Setting(str(name), bytes([value]))),
        small,
        small,
    ),
    st.builds(lambda name: lambda store: store.settings.drop(str(name)), small),
    st.builds(
        lambda names: lambda store: store.settings.expect([str(name) for name in names]),
        st.lists(small),
    ),
)
questions: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda where: lambda store: store.messages.length(where), conversations),
    st.builds(
        lambda where, at: lambda store: store.messages.with_id(where, bytes([at]) * 16, where),
        conversations,
        small,
    ),
    st.builds(lambda where: lambda store: list(store.messages.slice(where, 1, 3)), conversations),
    st.builds(lambda where: lambda store: list(store.messages.chars(where, 2)), conversations),
    st.builds(lambda where: lambda store: store.messages.unread(where, 1), conversations),
    st.builds(lambda state: lambda store: list(store.messages.find(state=state)), small),
    st.builds(lambda where, at: lambda store: store.messages.get(where, at), conversations, small),
    st.builds(lambda where: lambda store: list(store.devices.find(account=where)), conversations),
    st.just(lambda store: list(store.devices.find())),
    st.just(lambda store: store.devices.last()),
    st.builds(lambda name: lambda store: store.settings.get(str(name)), small),
    st.just(lambda store: store.settings.least("value")),
    st.just(lambda store: store.settings.first("value", b"\x01", 2)),
)
transactions = st.lists(
    st.tuples(st.lists(st.one_of(changes, questions), max_size=12), st.booleans()), max_size=4
)


@settings(max_examples=40)
@given(transactions, st.lists(questions, max_size=6))
def test_whatever_is_changed_and_asked_in_whatever_order_both_stores_say_the_same(
    work: list[tuple[list[Step], bool]], then: list[Step]
) -> None:
    with TemporaryDirectory() as folder:
        memory, held = MemoryStore(), open_store(Path(folder) / "store.db", KEY, create=True)
        stores: tuple[Store, Store] = (memory, held)
        for store in stores:
            with store.transaction():
                store.contacts.put(contact(HERE))
                store.contacts.put(contact(THERE))
        for steps, is_kept in work:
            assert does(memory, steps, is_kept) == does(held, steps, is_kept)
            for question in then:
                assert question(memory) == question(held)
        held.close()


def does(store: Store, steps: list[Step], is_kept: bool) -> list[Any]:
    """What each step answers, in one transaction."""
    told: list[Any] = []
    with suppress(TakenBackError), store.transaction():
        told += [step(store) for step in steps]
        take_back(unless=is_kept)
    return told


def take_back(*, unless: bool) -> None:
    if not unless:
        raise TakenBackError


def test_rows_are_written_parents_first_and_deleted_children_first(store: SqlcipherStore) -> None:
    with store.transaction():
        store.wires.put(Wire(HERE, 0, b"", 0, b"", 0, 1))
        store.messages.put(text(HERE, 0, 1))
        store.contacts.put(contact(HERE))
        store.copies.put(Copy(1, b"d", b"", b"", b"", sent=False))
        store.outbox.put(Outgoing(1, HERE, HERE, b"", -1, b"", b"", True, 0.0, 0.0))
    with store.transaction():
        store.outbox.drop(1)
        store.copies.drop(1, b"d")
        store.messages.drop(HERE, 0)
        store.wires.drop(HERE, 0)
        store.contacts.drop(HERE)
    assert not store.outbox.find() + store.messages.find() + store.contacts.find()


def test_an_account_can_go_from_one_contact_to_another(store: SqlcipherStore) -> None:
    """Accounts are unique, so the order in which their rows change matters."""
    first, second = contact(HERE), contact(THERE)
    with store.transaction():
        store.contacts.put(first)
        store.contacts.put(second)
    with store.transaction():
        for row in (moved(second, b"\x03"), moved(first, b"\x02"), moved(second, b"\x04")):
            store.contacts.put(row)
    assert [row.account[:1] for row in store.contacts.find()] == [b"\x02", b"\x04"]


def moved(row: Contact, account: bytes) -> Contact:
    return Contact(*(account * 32 if name == "account" else getattr(row, name) for name in FIELDS))


FIELDS = Contact.__struct_fields__


def test_what_the_database_refuses_takes_the_whole_transaction_back(store: SqlcipherStore) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        puts_an_orphan(store)
    assert store.settings.find() == []
    assert store.wires.get(HERE, 0) is None


def puts_an_orphan(store: Store) -> None:
    with store.transaction():
        store.settings.put(Setting("name", b"alice"))
        store.wires.put(Wire(HERE, 0, b"", 0, b"", 0, 1))


class Spoilt:
    """The library, from when it met a page that does not authenticate."""

    failure = None

    def __init__(self, database: Any) -> None:
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, sql: str, *values: Any) -> Any:
        return self._database.execute(
            "SELECT '0'" if sql == "PRAGMA cipher_status" else sql, *values
        )


@pytest.mark.parametrize("mistake", [False, True])
def test_a_transaction_that_read_a_spoilt_page_ends_in_nothing(
    store: SqlcipherStore, monkeypatch: pytest.MonkeyPatch, mistake: bool
) -> None:
    """What it worked out may rest on zeros, also where it ended in an error of ours."""

    def works() -> None:
        with store.transaction():
            store.settings.put(Setting("name", b"alice"))
            monkeypatch.setattr(store, "_database", Spoilt(store._database))
            if mistake:
                raise ValueError("zeros are no number")

    with pytest.raises(DamagedStoreError):
        works()
    monkeypatch.undo()
    assert store.settings.find() == []


def test_what_was_refused_is_not_kept_by_going_on(store: SqlcipherStore) -> None:
    """Nobody may catch the refusal and end the transaction as if the row were there."""
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        goes_on_after_a_refusal(store)
    assert store.wires.find() == []


def goes_on_after_a_refusal(store: Store) -> None:
    with store.transaction():
        store.wires.put(Wire(HERE, 0, b"", 0, b"", 0, 1))
        with suppress(StoreError):
            store.wires.find()
