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

MANY: Final = 256
"""Messages that are taken out one by one: each costs up to 2 ms, for each of its words is
overwritten in its place. When more go at once the index is emptied, which costs as little as
dropping its pages, and `fill` takes in what stays."""


class SqlWords:
    def __init__(self, database: Any, messages: SqlMessages) -> None:
        self._database, self._messages = database, messages

    def is_behind(self) -> bool:
        sql = "SELECT coalesce(max(rowid), 0) > (SELECT upto FROM words_mark) FROM messages"
        ((behind,),) = run(self._database, sql)
        return bool(behind)

    def fill(self, at_most: int) -> int:
        ((upto,),) = run(self._database, "SELECT upto FROM words_mark")
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
            run(self._database, "UPDATE words_mark SET upto = ?", (last,))
        return int(count)

    def part_with(self, messages: int) -> None:
        if messages > MANY:
            run(self._database, "INSERT INTO words (words) VALUES ('delete-all')")
            run(self._database, "UPDATE words_mark SET upto = 0")

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Entry]:
        if not (words := wanted(search)):
            return []
        whole = self._matching(words, "", conversation, at_most)
        if len(whole) == at_most:
            return whole
        return self._matching(words, " *", conversation, at_most)

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

    def is_behind(self) -> bool:
        return False

    def fill(self, at_most: int) -> int:  # noqa: ARG002  there is no index
        return 0

    def part_with(self, messages: int) -> None:
        """There is no index."""

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Entry]:
        words = wanted(search)
        here = [
            row
            for row in reversed([*self._rows.values()])
            if row.kind == "text" and conversation in (None, row.conversation)
        ]
        whole = [row for row in here if has_all(row.text, words, whole=True)]
        if len(whole) >= at_most:
            return whole[:at_most]
        return [row for row in here if has_all(row.text, words)][:at_most]
