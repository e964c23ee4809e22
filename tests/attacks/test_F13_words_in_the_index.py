"""F13: what is edited, deleted or forgotten leaves no word behind in the index of words."""

from pathlib import Path

import pytest

from doorless_client.store.migrations import scripts as whole_scripts
from doorless_client.store.sqlcipher import open_store
from doorless_lab.doors.store_pages import everything
from rows import contact, entry

KEY, HERE = bytes(range(32)), b"h" * 32
WORDS = ("qxzjvedited", "wqxkvdeleted", "zvqxjforgotten")
"""Unlike one another from the first letter on: the index stores no beginning twice."""


def scripts_without_overwriting() -> tuple[str, ...]:
    marked = "INSERT INTO words (words, rank) VALUES ('secure-delete', 1);"
    scripts = whole_scripts()
    assert any(marked in script for script in scripts)
    return tuple(script.replace(marked, "") for script in scripts)


@pytest.mark.attack(
    "F13",
    "a word that was edited away, deleted or forgotten is in no page of the index after a scrub",
    weaken={"doorless_client.store.sqlcipher.scripts": scripts_without_overwriting},
)
def test_the_index_forgets_words(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(path, KEY, create=True)
    with store.transaction():
        store.contacts.put(contact(HERE))
        for place, word in enumerate((*WORDS, "stays")):
            store.messages.put(entry(HERE, place, f"the word is {word}"))
    with store.transaction():
        assert store.words.fill(100) == 4
    assert all(store.words.find(word, None, 1) for word in WORDS)
    with store.transaction():
        store.messages.put(entry(HERE, 0, "the word is another"))
        store.messages.put(entry(HERE, 1, ""))
        store.messages.drop(HERE, 2)
    store.scrub()
    held = everything(path, KEY)
    for word in WORDS:
        assert not store.words.find(word, None, 1)
        assert word[1:].encode() not in held
    assert b"stays" in held
    assert b"another" in held
    store.close()
