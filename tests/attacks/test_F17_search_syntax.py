"""F17: whatever is typed into the search box is words to look for, and no query language."""

import secrets
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from doorless_client.store.base import Store, StoreError
from doorless_client.store.sqlcipher import open_store
from rows import contact, entry

HERE, THERE = b"h" * 32, b"t" * 32
SYNTAX: tuple[str, ...] = (
    *("AND", "OR", "NOT", "NEAR", "text", "chat", "words", "DROP TABLE messages"),
    *"\"'*^(){}:-+,;%_\x00\ud800",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("F17") / "store.db"
    opened = open_store(path, secrets.token_bytes(32), create=True)
    with opened.transaction():
        for key, text in ((HERE, "alpha and beta near gamma"), (THERE, "alpha or not a word")):
            opened.contacts.put(contact(key))
            opened.messages.put(entry(key, 0, text))
    with opened.transaction():
        opened.words.fill(100)
    yield opened
    opened.close()


searches = st.lists(
    st.one_of(st.sampled_from(SYNTAX), st.sampled_from(["alpha", "near"]), st.text(max_size=4)),
    max_size=8,
).map(" ".join)


def found(store: Store, search: str, conversation: bytes | None) -> list[tuple[bytes, int]]:
    try:
        return [(row.conversation, row.place) for row in store.words.find(search, conversation, 10)]
    except StoreError as error:
        raise AssertionError(f"the search box takes no {search!r}") from error


def as_they_are(word: str) -> str:
    return word


@pytest.mark.attack(
    "F17",
    "whatever stands in the search box finds the messages with all its words, or none; no error",
    weaken={"doorless_client.store.word_index.quoted": as_they_are},
)
def test_the_search_box_takes_anything(store: Store) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(searches)
    @example("alpha AND near")
    @example("alpha NOT word")
    @example('" OR alpha')
    @example("chat : 7")
    @example("NEAR ( alpha")
    def fuzz(search: str) -> None:
        for conversation in (None, HERE):
            places = found(store, search, conversation)
            assert conversation is None or {key for key, _ in places} <= {HERE}
            for key, place in places:
                row = store.messages.get(key, place)
                assert row is not None
                assert "alpha" in row.text

    fuzz()
    assert found(store, "alpha AND near", None) == [(HERE, 0)]
    assert found(store, "alpha NOT word", None) == [(THERE, 0)]
    assert found(store, "NEAR", HERE) == [(HERE, 0)]
