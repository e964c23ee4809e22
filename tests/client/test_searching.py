"""Messages are found by their words: here and everywhere, and no longer than they are there."""

import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_client.core.views import Standing
from doorless_client.store import word_index, words
from doorless_client.store.base import Store
from doorless_client.store.memory import MemoryStore
from doorless_client.store.records import Entry
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World
from doorless_lab.world_person import Person
from rows import contact, entry

HERE, THERE = b"h" * 32, b"t" * 32


@pytest.fixture(params=["memory", "sqlcipher"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = MemoryStore()
    if request.param == "sqlcipher":
        opened = open_store(tmp_path / "store.db", secrets.token_bytes(32), create=True)
    with opened.transaction():
        for key in (HERE, THERE):
            opened.contacts.put(contact(key))
    yield opened
    opened.close()


def put(store: Store, *rows: Entry) -> None:
    with store.transaction():
        for row in rows:
            store.messages.put(row)


def find(store: Store, search: str, conversation: bytes | None = None) -> list[tuple[bytes, int]]:
    with store.transaction():
        while store.words.fill(3):
            pass
    return [(row.conversation, row.place) for row in store.words.find(search, conversation, 100)]


@pytest.mark.parametrize(
    ("search", "places"),
    [
        ("meet", [2, 0]),
        ("meet nine", [0]),
        ("nine meet", [0]),
        ("mee nine", []),  # only the last word may be a beginning
        ("nine mee", [0]),
        ("MEET", [2, 0]),
        ("cafe", [1]),
        ("café", [1]),
        ("absent", []),
        ("nine absent", []),
        ("foo-bar", [2]),
        ("", []),
        ("  ,;  ", []),
    ],
)
def test_all_words_are_in_it_whatever_their_order_or_case(
    store: Store, search: str, places: list[int]
) -> None:
    put(
        store,
        entry(HERE, 0, "Meet me at nine"),
        entry(HERE, 1, "in the CAFÉ"),
        entry(HERE, 2, "foo-bar meet"),
    )
    assert find(store, search) == [(HERE, place) for place in places]


def test_here_is_one_conversation_and_everywhere_all(store: Store) -> None:
    put(store, entry(HERE, 0, "a word"), entry(THERE, 0, "another word"))
    assert find(store, "word", HERE) == [(HERE, 0)]
    assert find(store, "word") == [(THERE, 0), (HERE, 0)]


def test_lines_of_our_own_are_not_searched(store: Store) -> None:
    put(store, entry(HERE, 0, "a device was added", kind="note"))
    assert find(store, "device") == []


def test_a_message_is_found_by_the_words_it_has_now(store: Store) -> None:
    put(store, entry(HERE, 0, "first words"), entry(HERE, 1, "other words"))
    assert len(find(store, "words")) == 2
    put(store, entry(HERE, 0, "edited since"))
    assert find(store, "first") == []
    assert find(store, "edited") == [(HERE, 0)]
    put(store, entry(HERE, 0, ""))
    assert find(store, "edited") == []
    assert find(store, "words") == [(HERE, 1)]


def test_words_that_change_before_they_are_taken_in_are_found_once(store: Store) -> None:
    put(store, entry(HERE, 0, "before"))
    put(store, entry(HERE, 0, "after"))
    assert find(store, "before") == []
    assert find(store, "after") == [(HERE, 0)]


def test_what_comes_after_a_conversation_was_forgotten_is_found(store: Store) -> None:
    put(store, entry(HERE, 0, "old here"), entry(THERE, 0, "old there"), entry(THERE, 1, "old too"))
    assert len(find(store, "old")) == 3
    with store.transaction():
        store.messages.clear(conversation=THERE)
    put(store, entry(THERE, 0, "new there"))
    assert find(store, "new") == [(THERE, 0)]
    assert find(store, "old") == [(HERE, 0)]
    assert find(store, "there") == [(THERE, 0)]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_the_index_finds_what_is_there(store: Store, seed: int) -> None:
    draw, held = random.Random(seed), dict[int, str]()
    for _ in range(40):
        place = draw.randint(0, min(len(held), 12))
        held[place] = "".join(draw.choices("abé zA ", k=draw.randint(0, 6)))
        put(store, entry(HERE, place, held[place]))
        with store.transaction():
            store.words.fill(draw.randint(1, 3))
        if draw.random() < 0.1:
            with store.transaction():
                store.messages.clear(conversation=HERE)
            held.clear()
    found = {at for _, at in find(store, "a")}
    assert found == {at for at, text in held.items() if words.has_all(text, ["a"])}


def test_what_is_marked_is_the_words_that_were_looked_for() -> None:
    text = "Meet me, at NINE, ninety-nine meetings"
    marked = [text[first:after] for first, after in words.spans(text, ["meet", "nine"])]
    assert marked == ["Meet", "NINE", "ninety", "nine"]


def test_where_words_are_is_the_same_in_ascii_as_in_any_other_text() -> None:
    draw = random.Random(7)
    for _ in range(300):
        text = "".join(draw.choices("aAb1_ ,-", k=draw.randint(0, 12)))
        search = words.wanted("".join(draw.choices("ab1 ", k=draw.randint(1, 6))))
        marked = [span for span in words.spans(text + " é", search) if span[1] <= len(text)]
        assert list(words.spans(text, search)) == marked


def test_a_whole_word_that_enough_messages_have_is_no_beginning(store: Store) -> None:
    put(store, *(entry(HERE, at, text) for at, text in enumerate(("relay", "relay", "relaying"))))
    assert [place for _, place in find(store, "relay")] == [2, 1, 0]
    assert [row.place for row in store.words.find("relay", None, 2)] == [1, 0]
    assert [row.place for row in store.words.find("rela", None, 2)] == [2, 1]


def test_what_was_not_taken_in_yet_is_found_too(store: Store) -> None:
    put(store, entry(HERE, 0, "an old word"))
    assert find(store, "word") == [(HERE, 0)]
    put(store, entry(THERE, 0, "a new word"), entry(HERE, 1, "another text"))
    assert [row.text for row in store.words.find("wor", None, 9)] == ["a new word", "an old word"]
    assert [row.text for row in store.words.find("wor", HERE, 9)] == ["an old word"]
    assert [row.text for row in store.words.find("wor", None, 1)] == ["a new word"]


# --- through an engine ---------------------------------------------------------------------------


def texts(person: Person, search: str) -> list[str]:
    return [one.message.text for one in person.engine.shelf.searching.search(search)]


def test_the_newest_comes_first_and_says_where_it_is() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for text in ("the cat sat", "a dog", "the cat ran"):
            bob.says("alice", text)
            world.advance(2)
        assert texts(alice, "cat") == ["the cat ran", "the cat sat"]
        (first, _) = alice.engine.shelf.searching.search("cat")
        assert first.chat.address.startswith("bob@")
        assert first.spans == ((4, 7),)
        history = alice.engine.history(first.chat.conversation)
        position = first.message.position
        assert history.slice(position, position + 1) == [first.message]


def test_what_a_stranger_wrote_is_found_and_marked_as_a_request() -> None:
    with World() as world:
        alice, mallory = world.people("alice", "mallory")
        mallory.add("alice")
        mallory.says("alice", "buy my coins")
        world.settle()
        (found,) = alice.engine.shelf.searching.search("coins")
        assert found.chat.standing is Standing.REQUEST


def test_steps_take_everything_in_and_end() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", "one")
        world.settle()
        assert not alice.engine.shelf.searching.step()


def test_very_many_messages_are_forgotten_at_once_and_the_others_are_found_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "DEARER", 2)
    put(store, *(entry(HERE, place, "forgotten words") for place in range(5)))
    put(store, *(entry(THERE, place, "words that stay") for place in range(2)))
    assert len(find(store, "words")) == 7
    with store.transaction():
        store.words.part_with(5)
        store.messages.clear(conversation=HERE)
    with store.transaction():
        while store.words.empty():
            pass
    assert not store.words.find("forgotten", None, 9)
    assert find(store, "words") == [(THERE, 1), (THERE, 0)]
    put(store, entry(THERE, 2, "another word"))
    assert find(store, "wor") == [(THERE, 2), (THERE, 1), (THERE, 0)]
    with store.transaction():
        store.words.part_with(1)
        store.messages.drop(THERE, 0)
    assert find(store, "stay") == [(THERE, 1)]
