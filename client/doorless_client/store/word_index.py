"""Which messages have which words, in the profile's own encrypted file.

    messages ── fill, some at a time, when there is time ──► words (FTS5, without the texts)
        └────── a text that changes, or goes: triggers, in the same transaction ──┘

A message's place in the index is its rowid: the order of storing. Nothing here may run VACUUM,
which numbers rows anew. With `secure-delete`, words that go are overwritten in the index at once.
Spec: docs/spec/08-state.md §17.2.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from doorless_client.store.records import Entry
from doorless_client.store.sql_table import SqlMessages
from doorless_client.store.statements import run
from doorless_client.store.words import has_all, wanted

DEARER: Final = 32
"""Messages that are taken in in the time in which one is taken out: each of its words is
overwritten in its place."""

PAGES: Final = 128
"""Rows of the index, of 1,000 bytes, that go in one part of emptying it."""

LATEST: Final = 512
"""Messages that a search looks at one by one, of those that the index lacks: some 5 ms."""

STRUCTURE: Final = 10
"""Rows of the index up to this id say how it is made; what they name may be gone already."""

EMPTYING: Final = -1
"""In `words_mark`: no message is in it, but words are. Nothing is asked of it."""


class SqlWords:
    def __init__(self, database: Any, messages: SqlMessages) -> None:
        self._database, self._messages = database, messages

    def fill(self, at_most: int) -> int:
        if (upto := self._upto()) == EMPTYING:
            return 0
        ((last, count),) = run(
            self._database,
            "SELECT max(rowid), count(*) FROM "
            "(SELECT rowid FROM messages WHERE rowid > ? ORDER BY rowid LIMIT ?)",
            (upto, at_most),
        )
        if count:
            run(
                self._database,
                "INSERT INTO words (rowid, text, chat) "
                "SELECT rowid, text, substr(hex(conversation), 1, 16) FROM messages "
                "WHERE rowid > ? AND rowid <= ? AND kind = 'text'",
                (upto, last),
            )
            self._mark(last)
        return int(count)

    def part_with(self, messages: int) -> None:
        if messages * DEARER > self._upto() > 0:
            self._mark(EMPTYING)

    def is_emptying(self) -> bool:
        return self._upto() == EMPTYING

    def empty(self) -> bool:
        if not self.is_emptying():
            return False
        for table in ("words_data", "words_docsize"):
            some = f"SELECT id FROM {table} WHERE id > ? LIMIT ?"  # noqa: S608  names of our own
            gone = run(
                self._database,
                f"DELETE FROM {table} WHERE id IN ({some}) RETURNING 1",  # noqa: S608
                (STRUCTURE if table == "words_data" else 0, PAGES),
            )
            if len(gone) == PAGES:
                return True
        run(self._database, "INSERT INTO words (words) VALUES ('delete-all')")
        self._mark(0)
        return True

    def _upto(self) -> int:
        ((upto,),) = run(self._database, "SELECT upto FROM words_mark")
        return int(upto)

    def _mark(self, upto: int) -> None:
        run(self._database, "UPDATE words_mark SET upto = ?", (upto,))

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Entry]:
        if not (words := wanted(search)):
            return []
        upto = self._upto()
        latest = self._latest(words, upto, conversation)[:at_most]
        if upto == EMPTYING:
            return latest
        wanted_still = at_most - len(latest)
        found = self._matching(words, "", conversation, wanted_still)
        if len(found) < wanted_still:
            found = self._matching(words, " *", conversation, wanted_still)
        return [*latest, *found]

    def _latest(
        self, words: Sequence[str], upto: int, conversation: bytes | None
    ) -> Sequence[Entry]:
        """Of the messages that are not in the index, the newest are looked at one by one."""
        rows = self._messages.numbered(
            "SELECT rowid FROM messages WHERE rowid > ? ORDER BY rowid DESC LIMIT ?",
            (upto, LATEST),
        )
        return [row for row in rows if is_found(row, words, conversation)]

    def _matching(
        self, words: Sequence[str], beginning: str, conversation: bytes | None, at_most: int
    ) -> Sequence[Entry]:
        """Args: beginning: what makes the last word one, or nothing."""
        match = " AND ".join(f"text : {quoted(word)}" for word in words) + beginning
        if conversation is not None:
            match = f"({match}) AND chat : {quoted(conversation.hex()[:16])}"
        return self._messages.numbered(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?",
            (match, at_most),
        )


def quoted(word: str) -> str:
    """A string of the index's query language, in which nothing means anything else."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


class MemoryWords:
    """Looks at every message, when asked."""

    def __init__(self, rows: Mapping[Any, Entry]) -> None:
        self._rows = rows

    def fill(self, at_most: int) -> int:  # noqa: ARG002  there is no index
        return 0

    def part_with(self, messages: int) -> None:
        """There is no index."""

    def empty(self) -> bool:
        return False

    def is_emptying(self) -> bool:
        return False

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Entry]:
        words = wanted(search)
        rows = [*reversed([*self._rows.values()])]
        whole = [row for row in rows if is_found(row, words, conversation, whole=True)]
        if len(whole) >= at_most:
            return whole[:at_most]
        return [row for row in rows if is_found(row, words, conversation)][:at_most]


def is_found(
    row: Entry, words: Sequence[str], conversation: bytes | None, *, whole: bool = False
) -> bool:
    """Whether a search finds it. Args: whole: the last word as it stands."""
    if row.kind != "text" or conversation not in (None, row.conversation):
        return False
    return has_all(row.text, words, whole=whole)
