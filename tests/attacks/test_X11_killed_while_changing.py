"""X11: killed in the middle of a change of the passphrase, or of the database's schema."""

import os
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from doorless_client import key_file
from doorless_client.key_file import WrongPassphraseError
from doorless_client.profile import Profile
from doorless_client.store import sqlcipher
from doorless_client.store.base import StoreError
from doorless_client.store.migrations import migrate, scripts
from doorless_client.store.records import Setting
from doorless_client.store.sqlcipher import _connect, open_store

KEY = bytes(range(32))
OLD, NEW = "the old passphrase", "the new passphrase"
EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))
KILLED = 9
CODE = ("doorless_client", Path(__file__).name)
"""Files in whose lines a process is killed; of the last one, the twin's."""


def in_a_child(work: Callable[[], None]) -> int:
    """Run it in a process of its own, which may end at once, anywhere. Its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at_line(line: int, work: Callable[[], None]) -> Callable[[], None]:
    """End the process, as a kill does, before it runs its `line`-th line of ours."""
    left = line

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if not any(part in frame.f_code.co_filename for part in CODE):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os._exit(KILLED)
        return trace

    def traced() -> None:
        sys.settrace(trace)
        work()

    return traced


def writes_in_place(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data[:60])
        file.flush()
        file.write(data[60:])


@pytest.mark.attack(
    "X11",
    "wherever a change of the passphrase is killed, the profile opens with the old or the new one",
    weaken={"doorless_client.profile.replace_private": writes_in_place},
)
def test_wherever_a_new_passphrase_is_cut_one_of_them_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Any
) -> None:
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    profile, key = Profile.create(tmp_path / "alice", OLD, random.Random(1).randbytes)
    genuine = (profile.directory / "key").read_bytes()
    seen = set()
    with profile:
        for line in range(1, 1000):
            (profile.directory / "key").write_bytes(genuine)
            ended = in_a_child(
                killed_at_line(
                    line, lambda: profile.change_passphrase(OLD, NEW, random.Random(2).randbytes)
                )
            )
            which = [one for one in (OLD, NEW) if opened(profile, one) == key]
            assert len(which) == 1, f"killed at line {line}: {len(which)} of them open"
            seen.update(which)
            profile.change_passphrase(which[0], "and another one", random.Random(3).randbytes)
            assert opened(profile, "and another one") == key
            if ended == 0:
                break
            assert ended == KILLED
    assert line > 30
    record("X11", "lines at which a change of the passphrase was killed", line - 1)
    assert seen == {OLD, NEW}


def opened(profile: Profile, passphrase: str) -> bytes | None:
    try:
        return profile.unlock(passphrase)
    except WrongPassphraseError:
        return None


# --- the schema ----------------------------------------------------------------------------------


def of_the_first_schema(path: Path) -> None:
    database = _connect(path, KEY, create=True)
    database.execute("PRAGMA journal_mode = WAL")
    migrate(database, scripts()[:1])
    database.execute("INSERT INTO settings VALUES ('kept', x'01')")
    database.close()
    path.chmod(0o600)


def killed_at_step(step: int, path: Path) -> Callable[[], None]:
    """End the process after so many steps of the database's own machine."""
    library, left = sqlcipher._library, step

    def dies() -> int:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(KILLED)
        return 0

    def watched(path: Path) -> Any:
        database = library(path)
        database.set_progress_handler(dies, 40)
        return database

    def work() -> None:
        sqlcipher._library = watched
        open_store(path, KEY).close()

    return work


def statement_by_statement(database: Any, steps: Sequence[str]) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(steps[version:], start=version + 1):
        database.executescript(f"{step}; PRAGMA user_version = {number};")


@pytest.mark.attack(
    "X11",
    "wherever a new schema is cut, the database has one schema or another, whole, and opens",
    weaken={"doorless_client.store.sqlcipher.migrate": statement_by_statement},
)
def test_wherever_a_migration_is_cut_the_database_opens(tmp_path: Path) -> None:
    assert len(scripts()) > 1
    whole = {version: schema_after(tmp_path / f"whole{version}", version) for version in VERSIONS}
    found, step = set(), 1
    while True:
        path = tmp_path / f"store{step}.db"
        of_the_first_schema(path)
        ended = in_a_child(killed_at_step(step, path))
        database = _connect(path, KEY, create=False)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        assert schema(database) == whole[version]
        database.close()
        found.add(version)
        try:
            store = open_store(path, KEY)
        except StoreError as error:
            pytest.fail(f"killed at step {step}: {error}")
        assert store.settings.get("kept") == Setting("kept", b"\x01")
        store.close()
        if ended == 0:
            break
        assert ended == KILLED
        step += 1 if EVERY_POINT else 1 + step // 3
    assert {1, len(scripts())} <= found


VERSIONS = range(1, len(scripts()) + 1)


def schema_after(path: Path, version: int) -> list[Any]:
    database = _connect(path, KEY, create=True)
    migrate(database, scripts()[:version])
    try:
        return schema(database)
    finally:
        database.close()


def schema(database: Any) -> list[Any]:
    rows = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    return [tuple(row) for row in rows]
