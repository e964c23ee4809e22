"""X05: a profile on a disk that is full, over its quota, or became read-only."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from doorless_client.core.effects import Effect
from doorless_client.core.state import State
from doorless_client.store.base import DiskError, FailedDiskError
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World

KEY = bytes(32)
LONG = "x" * 12_000
"""A text that takes new pages, so that it finds no room where there is none."""

HEARD = 6

Trouble = Callable[[Person], AbstractContextManager[None]]


@contextmanager
def full(person: Person) -> Iterator[None]:
    """No page more."""
    database = person.store._database
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        database.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def read_only(person: Person) -> Iterator[None]:
    """As after a remount because of errors."""
    database = person.store._database
    database.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        database.execute("PRAGMA query_only = OFF")


@contextmanager
def over_quota(person: Person, room: int) -> Iterator[None]:
    """In the middle of a write: so many bytes more, and not one further."""
    log = Path(f"{person.store._path}-wal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def lets_effects_out_at_once(self: State, effect: Effect) -> None:
    self._emit(effect)


def restart(person: Person) -> None:
    person.store.close()
    person.store = open_store(person.store._path, KEY)
    person.reopen()


def rows_of(person: Person) -> dict[str, object]:
    tables = ("messages", "outbox", "copies", "session_parts", "seen", "contacts")
    return {table: list(getattr(person.store, table).find()) for table in tables}


@pytest.mark.attack(
    "X05",
    "without room nothing advances, leaves or is acknowledged; with room again, nothing is lost",
    weaken={
        "doorless_client.core.state.State.emit": lets_effects_out_at_once,
        "doorless_client.core.sessions.Sessions.reread": lambda self: None,
        "doorless_client.store.statements.check_sound": lambda database: None,
    },
)
@pytest.mark.parametrize("room", [30, 4_200])
def test_over_its_quota_nothing_happens_and_nothing_is_lost(room: int, tmp_path: Path) -> None:
    with World() as world:
        alice, bob = nearly(world, tmp_path)
        left, waiting = len(world.submitted), alice.mail()
        with over_quota(alice, room):
            with pytest.raises(DiskError):
                alice.engine.receive(waiting)
            said = says_until_it_fails(alice)
            assert len(world.submitted) == left
            assert alice.mail() == waiting
        with pytest.raises(FailedDiskError):
            alice.live()  # what the disk refused once, it is not asked for again
        restart(alice)
        goes_on(world, alice, bob, said)


@pytest.mark.parametrize("trouble", [full, read_only])
def test_without_room_nothing_happens_and_all_goes_on_with_it(
    trouble: Trouble, tmp_path: Path
) -> None:
    with World() as world:
        alice, bob = nearly(world, tmp_path)
        left, waiting, before = len(world.submitted), alice.mail(), rows_of(alice)
        with trouble(alice):
            with pytest.raises(DiskError):
                alice.engine.receive(waiting)
            assert rows_of(alice) == before
            said = says_until_it_fails(alice)
            assert (len(world.submitted), alice.mail()) == (left, waiting)
        goes_on(world, alice, bob, said)


def nearly(world: World, folder: Path) -> tuple[Person, Person]:
    """Alice on a disk of her own, with mail that waits."""
    alice = world.person("alice", open_store(folder / "store.db", KEY, create=True))
    bob = world.person("bob")
    alice.add("bob")
    bob.add("alice")
    alice.says("bob", "hello")
    world.advance(10)
    alice.store.scrub()  # a short log: what is cut is cut soon
    for _ in range(HEARD):
        bob.says("alice", LONG)
    bob.live()
    return alice, bob


def says_until_it_fails(person: Person) -> int:
    """How much was said before; a little may fit still."""
    for said in range(10):
        try:
            person.says("bob", LONG)
        except DiskError:
            return said
    pytest.fail("there is room")


def goes_on(world: World, alice: Person, bob: Person, said: int) -> None:
    world.settle()
    alice.says("bob", "room again")
    world.settle()
    restart(alice)
    world.advance(10)
    assert bob.texts("alice") == ["hello", *[LONG] * said, "room again"]
    assert alice.texts("bob") == [LONG] * HEARD
    assert alice.mail() == []
