"""What is forgotten or disappeared goes in steps: hidden at once, and gone also after a kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_client.core import forgetting, sweeping
from doorless_client.core.api import RefusedError
from doorless_client.core.forgetting import finish_forgetting, free_key
from doorless_client.core.shelf_rows import note_key
from doorless_client.core.views import MessagesGone
from doorless_client.store import word_index
from doorless_client.store.records import Wire
from doorless_client.store.sqlcipher import SqlcipherStore, open_store
from doorless_client.store.talk_records import RUN, Extra, Fading
from doorless_lab.doors.store_pages import everything
from doorless_lab.world import World
from doorless_lab.world_person import Person
from rows import entry

KEY = bytes(range(32))
SECRET = "qxzjv"
COUNT = 24


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def bob(world: World, tmp_path: Path) -> Iterator[Person]:
    """Somebody with two chats on a disk: much was said with alice, and little with carol."""
    bob = world.person("bob", open_store(tmp_path / "bob.db", KEY, create=True))
    for handle in ("alice", "carol"):
        friend = world.person(handle)
        friend.add("bob")
        bob.add(handle)
        friend.says("bob", f"hello of {handle}")
        world.settle()
    key = bob.chat("alice").conversation
    first = bob.store.messages.length(key)
    with bob.store.transaction():
        for place in range(first, first + COUNT):
            bob.store.messages.put(entry(key, place, f"secret {SECRET}"))
            bob.store.wires.put(Wire(key, place, SECRET.encode() * 20, 2048, bytes(32), 0, 1))
    index(bob)
    yield bob
    bob.store.close()


@pytest.fixture(params=["word by word", "emptied"])
def smallest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that do one piece each; with and without an index that is emptied as a whole."""
    monkeypatch.setattr(sweeping, "BUDGET", -1.0)
    monkeypatch.setattr(word_index, "DEARER", 0 if request.param == "word by word" else 32)
    monkeypatch.setattr(word_index, "PAGES", 2)


def index(person: Person) -> None:
    while person.engine.shelf.searching.step():
        pass


def kill(person: Person, folder: Path) -> None:
    """Go on from what is durable."""
    person.store.close()
    person.store = open_store(folder / f"{person.handle}.db", KEY)
    person.reopen()


def is_due(person: Person) -> bool:
    return person.engine.shelf.sweeping.is_due()


def finds(person: Person) -> list[str]:
    return [str(one.message.text) for one in person.engine.shelf.searching.search(SECRET)]


def damage(person: Person) -> list[str]:
    assert isinstance(person.store, SqlcipherStore)
    return person.store.damage()


def in_the_files(folder: Path) -> bool:
    return SECRET.encode() in everything(folder / "bob.db", KEY)


@pytest.mark.usefixtures("smallest")
@pytest.mark.parametrize("killed", [False, True])
def test_who_is_forgotten_is_out_of_sight_at_once_and_gone_at_the_end(
    bob: Person, tmp_path: Path, *, killed: bool
) -> None:
    assert finds(bob)
    assert in_the_files(tmp_path)
    key = bob.chat("alice").conversation
    bob.engine.forget(key)
    steps = 0
    while is_due(bob):
        assert [chat.name for chat in bob.engine.chats()] == ["carol"]
        with pytest.raises(RefusedError):
            bob.engine.history(key)
        assert finds(bob) == []
        assert damage(bob) == []
        steps += 1
        if killed:
            kill(bob, tmp_path)
        else:
            bob.engine.upkeep.tick()
    assert steps > COUNT // sweeping.FEW
    assert not in_the_files(tmp_path)
    assert bob.store.contacts.parted() == []
    for table in (bob.store.messages, bob.store.wires, bob.store.beside, bob.store.late):
        assert not [row for row in table.find() if row.conversation == key]
    index(bob)
    assert [chat.name for chat in bob.engine.chats()] == ["carol"]
    assert len(bob.engine.shelf.searching.search("hello")) == 1


@pytest.mark.usefixtures("smallest")
def test_a_step_is_short_and_the_next_one_comes_soon(bob: Person, world: World) -> None:
    key = bob.chat("alice").conversation
    bob.engine.forget(key)
    left = bob.store.messages.length(key)
    while is_due(bob):
        assert bob.engine.upkeep.next_tick() <= world.now + sweeping.BREATH
        bob.engine.upkeep.tick()
        now_left = len(bob.store.messages.find(conversation=key))
        assert left - now_left <= sweeping.FEW
        left = now_left
    assert left == 0


@pytest.mark.usefixtures("smallest")
def test_who_comes_back_meanwhile_comes_without_what_was_said(bob: Person) -> None:
    key = bob.chat("alice").conversation
    bob.engine.forget(key)
    assert is_due(bob)
    again = bob.add("alice")
    assert again.conversation != key
    assert bob.messages("alice") == []
    while is_due(bob):
        bob.engine.upkeep.tick()
    assert bob.chat("alice").conversation == again.conversation
    assert bob.messages("alice") == []


@pytest.mark.usefixtures("smallest")
def test_notes_to_ourselves_begin_anew_although_the_old_ones_are_still_going(
    bob: Person, tmp_path: Path
) -> None:
    notes = bob.engine.shelf.note_to_self().conversation
    for _ in range(9):
        bob.engine.send(notes, f"note {SECRET}")
    bob.engine.forget(notes)
    assert is_due(bob)
    assert bob.engine.shelf.note_to_self().conversation == notes == note_key(bob.engine.state)
    assert len(bob.engine.history(notes)) == 0
    kill(bob, tmp_path)
    assert len(bob.engine.history(notes)) == 0


def test_a_key_is_free_when_nothing_is_left_under_it(bob: Person) -> None:
    key, other = bob.chat("alice").conversation, bytes(32)
    (contact,) = bob.store.contacts.find(conversation=key)
    with bob.store.transaction():
        assert free_key(bob.store, key, bytes) == other
        forgetting.begin_forgetting(bob.store, contact, bob.engine.state.account)
        assert free_key(bob.store, key, bytes) == other
        finish_forgetting(bob.store, key)
        assert free_key(bob.store, key, bytes) == key


# --- what disappears ------------------------------------------------------------------------------


def count_down(bob: Person, world: World) -> bytes:
    """All secrets end in the same second, half a minute from now."""
    key, at = bob.chat("alice").conversation, world.now + 30
    with bob.store.transaction():
        for row in bob.store.messages.find(conversation=key):
            if SECRET in row.text:
                place = row.place
                bob.store.extras.put(Extra(key, place, place // RUN, lasts=60, gone_at=at))
                bob.store.fading.put(Fading(key, place, int(at // 60), at))
    return key


@pytest.mark.usefixtures("smallest")
@pytest.mark.parametrize("killed", [False, True])
def test_what_disappears_at_once_is_hidden_first_and_then_goes(
    bob: Person, world: World, tmp_path: Path, *, killed: bool
) -> None:
    key = count_down(bob, world)
    shown = len(bob.engine.history(key))
    world.now += 31
    if killed:
        kill(bob, tmp_path)
    else:
        bob.engine.upkeep.tick()
    steps = 0
    while is_due(bob):
        history = bob.engine.history(key)
        assert len(history) == shown - COUNT
        assert not [one for one in history.slice(0, shown) if SECRET in one.text]
        assert SECRET not in bob.chat("alice").preview
        assert finds(bob) == []
        steps += 1
        if killed:
            kill(bob, tmp_path)
        else:
            bob.engine.upkeep.tick()
    assert steps >= COUNT // sweeping.FEW - 1
    assert not [row for row in bob.store.messages.find(conversation=key) if row.text == SECRET]
    assert not in_the_files(tmp_path)
    assert bob.store.fading.find() == []
    told = [event for event in bob.shown if isinstance(event, MessagesGone)]
    assert len(told) <= 1 + killed  # not once for each step


@pytest.mark.usefixtures("smallest")
def test_all_that_ended_while_it_was_closed_is_hidden_before_anybody_looks(
    bob: Person, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "HIDE", 3)
    key = count_down(bob, world)
    shown = len(bob.engine.history(key))
    world.now += 31
    kill(bob, tmp_path)
    assert len(bob.engine.history(key)) == shown - COUNT
    assert is_due(bob)


def test_a_countdown_that_runs_is_waited_for(bob: Person, world: World) -> None:
    count_down(bob, world)
    due = bob.engine.shelf.sweeping.next_time()
    assert due is not None
    assert world.now + 29 < due < world.now + 31
    assert not is_due(bob)
    world.now += 31
    bob.engine.upkeep.tick()
    assert bob.engine.shelf.sweeping.next_time() is None
