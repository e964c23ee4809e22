"""X09: a profile whose files were altered, cut, mixed or lost."""

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from doorless_client import key_file
from doorless_client.key_file import WrongPassphraseError
from doorless_client.opening import open_profile
from doorless_client.profile import Profile, ProfileExistsError
from doorless_client.store import sqlcipher
from doorless_client.store.base import RECOVERY, StoreError
from doorless_client.store.records import ROWS
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World

PAGE = 4096
PASSPHRASE = "a long secret"
NOW = 1_750_001_000.0


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of somebody with an account and a conversation; closed as it should be."""
    return make(tmp_path / "alice", monkeypatch)


def make(directory: Path, monkeypatch: pytest.MonkeyPatch, *, killed: Path | None = None) -> Path:
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    held, key = Profile.create(directory, PASSPHRASE, random.Random(9).randbytes)
    with held, World() as world:
        alice = world.person("alice", open_store(held.store_path, key, create=True))
        bob = world.person("bob")
        alice.add("bob")
        bob.add("alice")
        for number in range(12):
            alice.says("bob", f"{number}")
            world.settle()
        if killed is not None:
            shutil.copytree(directory, killed)
    return directory


Outcome = tuple[bytes, dict[str, list[Any]]]
"""Who it says that we are, and everything that it says we have."""


def read(directory: Path) -> Outcome:
    """All of a profile. Raises what opening and reading it raise."""

    async def whole() -> Outcome:
        opened = await open_profile(directory, PASSPHRASE, lambda: NOW, random.Random(1).randbytes)
        try:
            rows = {kind.table: list(getattr(opened.store, kind.table).find()) for kind in ROWS}
            account = opened.messenger.me.account
            return account, rows
        finally:
            await opened.close()

    return asyncio.run(whole())


def damage(directory: Path) -> list[str]:
    """What `doorless doctor` finds."""
    with Profile.hold(directory) as held:
        store = open_store(held.store_path, held.unlock(PASSPHRASE))
        try:
            return store.damage()
        finally:
            store.close()


def refuses_or_says_the_same(directory: Path, whole: Outcome) -> bool:
    """Whether the damage was noticed at once; if not, nothing of it shows, but to the doctor."""
    before = (directory / "store.db").read_bytes(), (directory / "key").read_bytes()
    found, offered = None, RECOVERY
    try:
        found = read(directory)
    except WrongPassphraseError:
        pass  # a damaged key file looks like one
    except StoreError as error:
        offered = str(error)
    except ValueError:
        pytest.fail("something was read that nobody wrote")
    assert RECOVERY in offered
    assert before == ((directory / "store.db").read_bytes(), (directory / "key").read_bytes())
    with pytest.raises(ProfileExistsError):  # so nobody becomes somebody else by accident
        Profile.begin(directory, PASSPHRASE, random.Random(2).randbytes)
    if found is None:
        return True
    assert found == whole
    assert damage(directory)
    return False


connect = sqlcipher._connect


def without_authentication(path: Path, key: bytes, *, create: bool) -> Any:
    """Encrypted, but no more: as with a cipher mode alone."""
    database = sqlcipher._library(path)
    database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    database.execute("PRAGMA cipher_use_hmac = OFF")
    return database


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def spoilt_pages(data: bytes) -> Iterator[bytes]:
    dice = random.Random(9)
    for start in range(0, len(data), PAGE):
        yield flipped(data, start + dice.randrange(PAGE))


def mixed_pages(data: bytes) -> Iterator[bytes]:
    """Each page genuine, but not where it belongs."""
    pages = [data[start : start + PAGE] for start in range(0, len(data), PAGE)]
    for number in range(1, len(pages) - 1, 9):
        other = [*pages]
        other[number], other[number + 1] = other[number + 1], other[number]
        yield b"".join(other)


def cut_short(data: bytes) -> Iterator[bytes]:
    for size in (0, 1, PAGE - 1, PAGE, 2 * PAGE, len(data) // 2, len(data) - PAGE, len(data) - 1):
        yield data[:size]
    yield bytes(len(data))
    yield b"SQLite format 3\0" + data[16:]


@pytest.mark.attack(
    "X09",
    "a database that was altered in any page, mixed or cut is refused, or says what was stored",
    weaken={"doorless_client.store.sqlcipher._connect": without_authentication},
)
@pytest.mark.parametrize("alter", [spoilt_pages, mixed_pages])
def test_a_damaged_database_never_says_anything_else(
    profile: Path, alter: Callable[[bytes], Iterator[bytes]], record: Any
) -> None:
    whole, path = read(profile), profile / "store.db"
    genuine = path.read_bytes()
    noticed = []
    for altered in alter(genuine):
        path.write_bytes(altered)
        noticed.append(refuses_or_says_the_same(profile, whole))
    assert sum(noticed) > len(noticed) / 2
    what = alter.__name__.replace("_", " ")
    record("X09", f"{what}, refused at the start", sum(noticed), f"of {len(noticed)}")
    put(path, genuine)
    assert read(profile) == whole


@pytest.mark.attack(
    "X09",
    "the end of a long value is never read as zeros, as the library gives it for a spoilt page",
    weaken={"doorless_client.store.statements.check_authentic": lambda database: None},
)
def test_a_spoilt_page_is_not_read_as_zeros(profile: Path) -> None:
    """Keys of zeros would be anybody's, and who spoils a page need not know what it held."""
    whole, path = read(profile)[1], profile / "store.db"
    genuine = path.read_bytes()
    with Profile.hold(profile) as held:
        key = held.unlock(PASSPHRASE)
    refused = 0
    for start in range(PAGE, len(genuine), PAGE):
        put(path, flipped(genuine, start))
        for table in ("own_manifests", "contacts", "session_parts"):
            try:
                store = open_store(path, key)
            except StoreError:
                refused += 1
                continue
            with closing(store), suppress(StoreError):
                assert getattr(store, table).find() == whole[table]
    assert refused > 5


def makes_it_anew(path: Path, key: bytes, *, create: bool = False) -> sqlcipher.SqlcipherStore:
    """Helpful: what cannot be opened is begun again."""
    try:
        return opens(path, key, create=create)
    except StoreError:
        path.unlink()
        return opens(path, key, create=True)


opens = sqlcipher.open_store


@pytest.mark.attack(
    "X09",
    "a database that was cut, zeroed or deleted is refused, and no other is made in its place",
    weaken={"doorless_client.opening.open_store": makes_it_anew},
)
def test_no_damage_makes_another_identity(profile: Path) -> None:
    whole, path = read(profile), profile / "store.db"
    genuine = path.read_bytes()
    for altered in cut_short(genuine):
        path.write_bytes(altered)
        assert refuses_or_says_the_same(profile, whole)
    path.unlink()
    with pytest.raises(StoreError, match="mend"):
        read(profile)
    assert not path.exists()
    put(path, genuine)
    assert read(profile) == whole


@pytest.mark.attack(
    "X09",
    "after a crash, a log that is gone, zeroed or damaged is not taken for an empty one",
    weaken={"doorless_client.store.sqlcipher.check_log": lambda path: None},
)
@pytest.mark.parametrize("how", ["gone", "zeroed", "another's", "its size", "its salt"])
def test_a_log_that_is_gone_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Without its log a database is an older one: it would say things twice, and lose others."""
    killed = tmp_path / "killed"
    make(tmp_path / "alice", monkeypatch, killed=killed)
    whole, log = read(tmp_path / "alice"), killed / "store.db-wal"
    genuine = log.read_bytes()
    altered = {
        "zeroed": bytes(len(genuine)),
        "another's": random.Random(3).randbytes(len(genuine)),
        "its size": flipped(genuine, 10),
        "its salt": flipped(genuine, 18),
    }
    if how == "gone":
        log.unlink()
    else:
        put(log, altered[how])
    before = {path.name: path.read_bytes() for path in killed.iterdir()}
    with pytest.raises(StoreError, match="mend"):
        read(killed)
    assert {path.name: path.read_bytes() for path in killed.iterdir()} == before
    put(log, genuine)
    (killed / "store.db-shm").unlink()  # an index, which is made anew
    assert read(killed) == whole
    assert sorted(path.name for path in killed.iterdir()) == ["key", "lock", "store.db"]


def test_a_profile_that_was_closed_needs_no_log(profile: Path) -> None:
    assert not (profile / "store.db-wal").exists()
    assert read(profile) == read(profile)


def test_a_damaged_key_file_is_refused_and_left(profile: Path) -> None:
    whole, path = read(profile), profile / "key"
    genuine = path.read_bytes()
    for at in range(0, len(genuine), 7):
        path.write_bytes(flipped(genuine, at))
        assert refuses_or_says_the_same(profile, whole)
    for size in (0, 1, 80, len(genuine) - 1):
        path.write_bytes(genuine[:size])
        assert refuses_or_says_the_same(profile, whole)
    put(path, genuine)
    assert read(profile) == whole
