"""S25: a relay is copied while it works, and an old copy is put in its place."""

import asyncio
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from doorless_protocol.frames import Incarnation as Swap
from doorless_protocol.frames import IncarnationHeld
from doorless_server.__main__ import main
from doorless_server.backup import bundle, copying, making, restoring
from doorless_server.backup.copying import TooBusyError
from doorless_server.datadir import DataError
from doorless_server.directory import opening
from doorless_server.directory.heads import ForkRefusedError, Head, HeadStore
from doorless_server.directory.keylog import KeyLog
from doorless_server.store.base import Arriving, Listing, Position, Seat
from doorless_server.store.schema import open_writer
from doorless_server.store.sqlite import SqliteStore
from relay_person import NOW, Person
from served import ask, ask_once, relay, talking

ALICE = Person("alice", 1)


def ids(path: Path, query: str = "SELECT id FROM envelopes") -> set[int]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {int.from_bytes(row[0]) for row in db.execute(query)}


async def store_with_mail(folder: Path, number: int) -> SqliteStore:
    store = await SqliteStore.open(folder / "relay.db")
    seat = Seat(b"account", b"device", b"mailbox", b"key")
    await store.create("bob", Listing(1, b"h", b"p", b"", b"", (seat,), ()), b"token", 1)
    await store.swap_incarnation(b"device", 0, 7 << 20)
    await put(store, range(number))
    return store


async def put(store: SqliteStore, numbers: range) -> None:
    mails = [Arriving(b"mailbox", n.to_bytes(16), bytes(2048), b"token") for n in numbers]
    await store.put(mails, 0, 0)


async def test_a_copy_made_under_load_holds_all_up_to_one_moment(tmp_path: Path) -> None:
    """Envelopes come one after the other: a copy that mixes two moments would leave some out."""
    data, to = tmp_path / "data", tmp_path / "backup"
    data.mkdir()
    store = await store_with_mail(data, 900)
    copied = asyncio.create_task(asyncio.to_thread(making.make, data, to, 0))
    brought = 900
    while not copied.done():
        await put(store, range(brought, brought + 8))
        brought += 8
    await copied
    await store.close()
    kept = ids(to / "relay.db")
    assert kept == set(range(len(kept)))
    assert 900 <= len(kept) <= brought
    assert not list(to.glob("*-wal"))


def changes_both(folder: Path, number: int) -> None:
    """What a change of an account does: the log has it first, then the relay."""
    for name in ("log.db", "relay.db"):
        with closing(sqlite3.connect(folder / name)) as db, db:
            db.execute("INSERT INTO changes VALUES (?)", (number,))


@pytest.mark.attack(
    "S25",
    "accounts and key log are copied as of one moment, however they change meanwhile",
    weaken={"doorless_server.backup.copying.is_one_moment": lambda *_: True},
)
def test_both_databases_are_as_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("log.db", "relay.db"):
        with closing(sqlite3.connect(tmp_path / name, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE changes (number INTEGER)")
    numbers, begin = iter(range(9)), copying._begin

    def slowly(db: sqlite3.Connection) -> None:
        """Somebody changes both between the two beginnings, the first few times."""
        begin(db)
        if (number := next(numbers, 9)) < 3:
            changes_both(tmp_path, number)

    monkeypatch.setattr(copying, "_begin", slowly)
    with copying.moment(tmp_path / "relay.db", [tmp_path / "log.db"]) as opened:
        found = [db.execute("SELECT number FROM changes").fetchall() for db in opened.values()]
    assert found[0] == found[1] != []


@pytest.mark.attack(
    "S25",
    "a device sees that the relay was restored, and no one-time pair is given out a second time",
    weaken={"doorless_server.backup.restoring.forget_devices_state": lambda _: None},
)
async def test_a_restored_relay_remembers_no_state_of_devices(tmp_path: Path) -> None:
    data, to = tmp_path / "data", tmp_path / "backup"
    data.mkdir()
    store = await store_with_mail(data, 3)
    await store.close()
    with closing(sqlite3.connect(data / "relay.db")) as db, db:
        db.execute("INSERT INTO one_time_pairs VALUES (x'00', 0, x'01', x'02')")
    making.make(data, to, 0)
    (data / "relay.db").unlink()
    assert restoring.restore(to, data) == ["relay.db"]
    restored = await SqliteStore.open(data / "relay.db")
    assert await restored.swap_incarnation(b"device", 7 << 20, 8 << 20) == 0
    assert len(await restored.waiting(b"mailbox", Position(0), 9, 99_999)) == 3
    await restored.close()
    assert ids(data / "relay.db", "SELECT pair FROM one_time_pairs") == set()


def signed(folder: Path) -> None:
    """The relay went on after the backup: it signed one head more."""
    with closing(sqlite3.connect(folder / "heads.db")) as db:
        key, size = db.execute("SELECT key, size FROM heads").fetchone()
    with closing(HeadStore(folder / "heads.db")) as heads:
        heads.remember(key, Head(size + 1, bytes(32)))


def begun(folder: Path) -> Path:
    """A relay's folder as it is after its first epoch."""
    folder.mkdir()
    random = Random(25).randbytes
    keys, config = opening.settle(folder, "relay.test", random, interval=None, window=None)
    open_writer(folder / "relay.db").close()
    heads = HeadStore(folder / "heads.db")
    with closing(KeyLog.open(folder / "log.db", heads, keys, config, random)) as log:
        checkpoint = log.build(NOW)
        log.publish(checkpoint.size, log.sign(checkpoint, NOW))
    return folder


@pytest.mark.attack(
    "S25",
    "a log that is older than what was signed is not put back",
    weaken={"doorless_server.backup.restoring.check_continues": lambda *_, **__: None},
)
def test_an_older_log_is_not_put_back(tmp_path: Path) -> None:
    data, to = begun(tmp_path / "data"), tmp_path / "backup"
    making.make(data, to, 0)
    signed(data)
    for name in ("log.db", "relay.db"):
        (data / name).unlink()
    with suppress(ForkRefusedError):
        restoring.restore(to, data)
    assert not (data / "log.db").exists()


async def test_a_relay_is_put_back_and_goes_on(tmp_path: Path) -> None:
    """By its own commands: copied while it runs, lost, put back, served."""
    data, to = tmp_path / "data", tmp_path / "backup"
    with relay(data, "--epoch", "1") as served:
        await ask_once(served.url, ALICE.register(), ALICE)
        await ask_once(served.url, ALICE.envelope(1))
        assert await asyncio.to_thread(main, ["backup", "--data", str(data), str(to)]) == 0
        assert await asyncio.to_thread(main, ["restore", "--data", str(data), str(to)]) == 1
        await ask_once(served.url, ALICE.envelope(2))
    for path in data.glob("relay.db*"):
        path.unlink()
    assert await asyncio.to_thread(main, ["restore", "--data", str(data), str(to)]) == 0
    with relay(data) as served:
        async with talking(served.url, ALICE) as device:
            held = await ask(device, Swap(5 << 20, 6 << 20))
            assert held == IncarnationHeld(0)
        assert ids(data / "relay.db") == {1}


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Path]:
    """A relay's folder, and a backup of it."""
    data, to = begun(tmp_path / "data"), tmp_path / "backup"
    making.make(data, to, 0)
    return data, to


@pytest.mark.parametrize("harm", ["a byte", "missing", "a path", "no list", "later"])
def test_a_damaged_backup_is_not_put_back(harm: str, saved: tuple[Path, Path]) -> None:
    data, to = saved
    listed = (to / bundle.LIST).read_text()
    match harm:
        case "a byte":
            with (to / "log.db").open("r+b") as file:
                file.seek(5000)
                file.write(b"?")
        case "missing":
            (to / "relay.db").unlink()
        case "a path":
            (to / bundle.LIST).write_text(listed.replace("keys/log.key", "keys/../../log.key"))
        case "no list":
            (to / bundle.LIST).unlink()
        case "later":
            (to / bundle.LIST).write_text(listed.replace('"version": 1', '"version": 2'))
    shutil.rmtree(data)
    with pytest.raises(DataError):
        restoring.restore(to, data, heads_lost=True)
    assert not data.exists()


def test_nothing_that_is_there_is_overwritten(saved: tuple[Path, Path]) -> None:
    data, to = saved
    before = {path: path.read_bytes() for path in data.rglob("*") if path.suffix in (".db", ".key")}
    with pytest.raises(DataError, match="never overwritten"):
        restoring.restore(to, data)
    (data / "relay.db").rename(data / "away")
    (data / "relay.db-wal").write_bytes(b"of the one before")
    with pytest.raises(DataError, match="gone"):
        restoring.restore(to, data)
    (data / "relay.db-wal").unlink()
    (data / "keys" / "vrf.key").write_bytes(bytes(32))
    with pytest.raises(DataError, match="another relay"):
        restoring.restore(to, data)
    (data / "away").rename(data / "relay.db")
    del before[data / "keys" / "vrf.key"]
    assert {path: path.read_bytes() for path in before} == before


def test_without_its_heads_a_log_is_put_back_on_ones_word_alone(saved: tuple[Path, Path]) -> None:
    data, to = saved
    shutil.rmtree(data)
    with pytest.raises(DataError, match="heads-lost"):
        restoring.restore(to, data)
    assert "heads.db" not in restoring.restore(to, data, heads_lost=True)
    assert (data / "log.db").exists()


def test_a_backup_is_a_new_folder_of_its_owners_alone(saved: tuple[Path, Path]) -> None:
    data, to = saved
    with pytest.raises(DataError, match="already"):
        making.make(data, to, 0)
    found = {path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file()}
    assert found == {"backup.json", *bundle.read(to).files}
    assert "heads.db" not in found
    assert [path for path in (to, *to.rglob("*")) if path.stat().st_mode & 0o077] == []
    with pytest.raises(DataError, match="--data"):
        making.make(data / "nothing", to.with_name("other"), 0)
    assert not to.with_name("other").exists()


def test_a_copy_gives_way_before_the_relay_must(
    saved: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, to = saved
    (data / "relay.db-wal").unlink(missing_ok=True)
    with closing(sqlite3.connect(data / "relay.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        monkeypatch.setattr(copying, "TOO_MANY_BYTES", -1)
        with pytest.raises(TooBusyError):
            making.make(data, to.with_name("other"), 0)
    assert not to.with_name("other").exists()
    assert not to.with_name("other.new").exists()
