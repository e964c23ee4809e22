"""The promises of a profile's store, kept by every backend."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlcipher3

from doorless_client.store import sqlcipher, statements
from doorless_client.store.base import DiskError, Store, StoreError, WrongKeyError
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import (
    Contact,
    Device,
    Entry,
    Outgoing,
    Own,
    Prekeys,
    Seen,
    SessionPart,
    Setting,
)
from doorless_client.store.sqlcipher import open_store
from doorless_lab.doors.store_pages import everything
from rows import contact, entry

KEY = bytes(range(32))


@pytest.fixture(params=["memory", "sqlcipher"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = MemoryStore()
    if request.param == "sqlcipher":
        opened = open_store(tmp_path / "store.db", KEY, create=True)
    yield opened
    opened.close()


def test_a_row_is_found_by_its_key(store: Store) -> None:
    row = Setting("name", b"alice")
    with store.transaction():
        store.settings.put(row)
    assert store.settings.get("name") == row
    assert store.settings.get("other") is None


def test_a_put_takes_the_place_of_the_row_with_its_key(store: Store) -> None:
    with store.transaction():
        store.settings.put(Setting("name", b"alice"))
        store.settings.put(Setting("name", b"bob"))
    assert store.settings.find() == [Setting("name", b"bob")]


def test_a_dropped_row_is_gone_and_dropping_nothing_is_fine(store: Store) -> None:
    with store.transaction():
        store.settings.put(Setting("name", b"alice"))
        store.settings.drop("name")
        store.settings.drop("name")
    assert store.settings.find() == []


def test_rows_are_found_by_columns_in_the_order_of_their_keys(store: Store) -> None:
    rows = [Device(bytes([a]) * 32, bytes([d]) * 16, b"entry") for a in (2, 1) for d in (9, 3)]
    with store.transaction():
        for row in rows:
            store.devices.put(row)
    assert store.devices.find(account=b"\x02" * 32) == [rows[1], rows[0]]
    assert store.devices.find() == [rows[3], rows[2], rows[1], rows[0]]


def test_clear_forgets_the_rows_with_these_values_alone(store: Store) -> None:
    kept, gone = Device(b"\x01" * 32, b"d" * 16, b""), Device(b"\x02" * 32, b"d" * 16, b"")
    with store.transaction():
        store.devices.put(kept)
        store.devices.put(gone)
        store.devices.clear(account=gone.account)
    assert store.devices.find() == [kept]


def test_a_column_that_is_not_there_is_a_mistake_of_ours(store: Store) -> None:
    with pytest.raises(ValueError, match="no column"):
        store.devices.find(colour=b"red")
    with pytest.raises(ValueError, match="no column"), store.transaction():
        store.devices.clear(colour=b"red")


def test_the_last_row_has_the_highest_key(store: Store) -> None:
    assert store.outbox.last() is None
    with store.transaction():
        for number in (9, 10, 2):
            store.outbox.put(outgoing(number))
    assert store.outbox.last() == outgoing(10)


def test_the_least_value_of_a_column_is_told(store: Store) -> None:
    assert store.outbox.least("not_before") is None
    with store.transaction():
        for number in (9, 10, 2):
            store.outbox.put(outgoing(number))
    assert store.outbox.least("number") == 2
    with pytest.raises(ValueError, match="no column"):
        store.outbox.least("colour")


def test_the_first_rows_by_a_column_or_by_age_are_told(store: Store) -> None:
    with store.transaction():
        for number in (9, 2, 10, 4):
            store.outbox.put(outgoing(number))
        assert [row.number for row in store.outbox.first("number", 9, 2)] == [2, 4]
    assert [row.number for row in store.outbox.first("number", 9, 9)] == [2, 4, 9]
    with pytest.raises(ValueError, match="no column"):
        store.outbox.first("colour", 1, 1)
    rows = [Seen(id * 16, 0) for id in (b"c", b"a", b"b")]
    with store.transaction():
        for row in rows:
            store.seen.put(row)
        assert store.seen.oldest(2) == rows[:2]
    assert store.seen.oldest(9) == rows


def test_as_many_rows_are_cleared_as_are_asked_for(store: Store) -> None:
    with store.transaction():
        for device in range(5):
            store.devices.put(Device(b"\x01" * 32, bytes([device]) * 16, b""))
        assert store.devices.clear_some(3, account=b"\x01" * 32) == 3
        assert store.devices.clear_some(3, account=b"\x02" * 32) == 0
        assert store.devices.clear_some(3, account=b"\x01" * 32) == 2
    assert store.devices.find() == []


def test_who_was_parted_with_is_no_contact_and_keeps_the_place_until_dropped(store: Store) -> None:
    known, other = contact(b"k" * 32), contact(b"o" * 32)
    with store.transaction():
        store.contacts.put(known)
        store.contacts.put(other)
        store.messages.put(entry(known.conversation, 0, "words"))
    with pytest.raises(RuntimeError):
        part_and_fail(store, known)
    assert store.contacts.get(known.conversation) == known
    with store.transaction():
        store.contacts.part_with(known.conversation)
        assert store.contacts.find() == [other]
    assert store.contacts.get(known.conversation) is None
    assert store.contacts.find(account=known.account) == []
    assert store.contacts.parted() == [known.conversation]
    assert store.messages.length(known.conversation) == 1
    with store.transaction():
        store.messages.clear(conversation=known.conversation)
        store.contacts.drop(known.conversation)
    assert store.contacts.parted() == []
    with store.transaction():
        store.contacts.put(known)
    assert store.contacts.get(known.conversation) == known


def part_and_fail(store: Store, known: Contact) -> None:
    with store.transaction():
        store.contacts.part_with(known.conversation)
        raise RuntimeError


def test_flags_and_numbers_come_back_as_what_they_were(store: Store) -> None:
    row = outgoing(1)
    with store.transaction():
        store.outbox.put(row)
    found = store.outbox.get(1)
    assert found == row
    assert found is not None
    assert found.confirmed_only is True
    assert isinstance(found.not_before, float)


def test_a_transaction_that_fails_never_happened(store: Store) -> None:
    with store.transaction():
        store.settings.put(Setting("kept", b"1"))
    with pytest.raises(RuntimeError):
        fail_midway(store)
    assert store.settings.find() == [Setting("kept", b"1")]


def test_nothing_changes_outside_of_a_transaction(store: Store) -> None:
    with pytest.raises(ValueError, match="outside"):
        store.settings.put(Setting("name", b"alice"))


def test_transactions_do_not_nest(store: Store) -> None:
    with pytest.raises(ValueError, match="inside"), store.transaction(), store.transaction():
        pass


def test_scrubbing_changes_nothing_that_is_held_and_waits_for_the_transaction(
    store: Store,
) -> None:
    with store.transaction():
        store.settings.put(Setting("name", b"alice"))
    store.scrub()
    assert store.settings.get("name") == Setting("name", b"alice")


def test_what_was_deleted_is_on_no_page_after_scrubbing(tmp_path: Path) -> None:
    place, marker = tmp_path / "store.db", bytes(range(200, 232)) * 8
    opened = open_store(place, KEY, create=True)
    with opened.transaction():
        opened.settings.put(Setting("key", marker))
    assert marker in everything(place, KEY)
    with opened.transaction():
        opened.settings.drop("key")
    assert marker in everything(place, KEY)  # in the log
    opened.scrub()
    assert marker not in everything(place, KEY)
    with opened.transaction(), pytest.raises(ValueError, match="inside"):
        opened.scrub()
    opened.close()


def test_a_log_that_somebody_reads_is_not_scrubbed(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    opened, other = open_store(place, KEY, create=True), open_store(place, KEY)
    opened._database.execute("PRAGMA busy_timeout = 0")  # nobody waits in a test
    other._database.execute("BEGIN")
    other._database.execute("SELECT * FROM settings").fetchall()
    with opened.transaction():
        opened.settings.put(Setting("key", b"value"))
    with pytest.raises(StoreError, match="somebody else"):
        opened.scrub()
    other._database.execute("ROLLBACK")
    opened.scrub()
    other.close()
    opened.close()


def test_a_conversation_is_read_by_place(store: Store) -> None:
    fill(store, 10)
    assert store.messages.length(CONVERSATION) == 10
    assert [row.place for row in store.messages.slice(CONVERSATION, 3, 6)] == [3, 4, 5]
    assert list(store.messages.slice(CONVERSATION, 8, 99)) == [text(8), text(9)]
    assert store.messages.length(b"\x00" * 32) == 0


def test_a_message_is_found_by_who_said_it_under_which_id(store: Store) -> None:
    fill(store, 10)
    account = text(4).account
    assert store.messages.with_id(CONVERSATION, text(4).id, account) == text(4)
    assert store.messages.with_id(CONVERSATION, text(4).id, bytes(32)) is None
    assert store.messages.with_id(CONVERSATION, b"", account) is None


def test_the_shape_of_a_conversation_is_counted_in_chunks(store: Store) -> None:
    fill(store, 10)
    assert list(store.messages.chars(CONVERSATION, 4)) == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7, 8 + 9]


def test_unread_are_the_messages_of_others_from_there_on(store: Store) -> None:
    fill(store, 10)  # the odd ones are ours
    assert store.messages.unread(CONVERSATION, 3) == (3, 4)
    assert store.messages.unread(CONVERSATION, 9) == (0, None)


CONVERSATION, ACCOUNT = b"\xcc" * 32, b"\xaa" * 32


def text(place: int) -> Entry:
    return entry(
        CONVERSATION,
        place,
        "x" * place,
        id=place.to_bytes(16, "big"),
        account=ACCOUNT,
        mine=place % 2 == 1,
    )


def fail_midway(store: Store) -> None:
    with store.transaction():
        store.settings.put(Setting("new", b"2"))
        store.settings.drop("kept")
        raise RuntimeError


def outgoing(number: int) -> Outgoing:
    return Outgoing(number, b"a" * 32, CONVERSATION, b"", -1, b"i" * 16, b"c", True, 0.0, 9.5)


def fill(store: Store, count: int) -> None:
    with store.transaction():
        store.contacts.put(contact(CONVERSATION, ACCOUNT))
        for place in range(count):
            store.messages.put(text(place))


def test_no_key_is_in_a_representation() -> None:
    own = Own(
        handle="alice",
        relay="relay.test",
        tls=True,
        pin=b"",
        account_key=b"key" * 21,
        unshown_seed=b"",
        device_keys=b"key" * 64,
        token=b"key",
        registered=True,
        token_published=True,
    )
    for row in (
        own,
        Prekeys(b"id", b"", 0, b"key", published=True, drawn=0),
        SessionPart(b"", b"", b"key"),
    ):
        assert "key'" not in repr(row)
        assert "keykey" not in repr(row)


def test_a_full_disk_is_named_and_neither_the_key_nor_the_file_is_blamed(
    tmp_path: Path,
) -> None:
    place = tmp_path / "store.db"
    open_store(place, KEY, create=True).close()
    before = place.read_bytes()
    with no_room(), pytest.raises(DiskError, match="full"):
        open_store(place, KEY)
    assert place.read_bytes() == before
    open_store(place, KEY).close()


def test_what_finds_no_room_never_happened(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "store.db", KEY, create=True)
    with no_room(), pytest.raises(DiskError, match="full"), opened.transaction():
        opened.settings.put(Setting("large", bytes(200_000)))
    opened.close()
    opened = open_store(tmp_path / "store.db", KEY)
    assert opened.settings.find() == []
    with opened.transaction():
        opened.settings.put(Setting("large", bytes(200_000)))
    opened.close()


@pytest.mark.parametrize("words", statements.DISK_TROUBLE)
def test_trouble_with_the_disk_is_not_a_wrong_key(words: str, tmp_path: Path) -> None:
    class Failing:
        def execute(self, sql: str) -> None:
            raise sqlcipher3.OperationalError(words)

        def close(self) -> None:
            pass

    place = tmp_path / "store.db"
    open_store(place, KEY, create=True).close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlcipher, "_library", lambda _: Failing())
        with pytest.raises(DiskError, match="the disk"):
            open_store(place, KEY)


def test_a_wrong_key_and_a_damaged_file_stay_what_they_are(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    open_store(place, KEY, create=True).close()
    with pytest.raises(WrongKeyError):
        open_store(place, bytes(32))
    place.write_bytes(b"\xff" * 4096)
    with pytest.raises(WrongKeyError):
        open_store(place, KEY)


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process may grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
