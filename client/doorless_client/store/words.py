"""Words of texts and of searches: what counts as a word, and when two are the same.

As the tokenizer of the index has it (FTS5's unicode61): runs of letters and digits, without
regard to case or accents. What is searched for are whole words, but the last may be a beginning.
Spec: docs/spec/08-state.md §17.2.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Protocol

MAX_WORDS = 16
"""Words of one search that are looked for; more of them only cost."""

_WORD = re.compile(r"[^\W_]+")

Place = tuple[bytes, int]
"""A conversation, and a place in it."""


class WordIndex(Protocol):
    def fill(self, at_most: int) -> int:
        """Take in messages that are not in it yet; returns how many, 0 when all are.

        Only inside a transaction that changes nothing else.
        """
        ...

    def part_with(self, messages: int) -> None:
        """So many messages are about to be deleted at once; inside their transaction.

        To take out very many one by one takes longer than to take in the others anew.
        """
        ...

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Place]:
        """Messages with all the words, what was stored last first."""
        ...


def words_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Each word: where it begins, where it ends, and the form that is compared."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), plain(match.group())


def plain(word: str) -> str:
    """Without case and accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def wanted(search: str) -> list[str]:
    """The words of a search, as they were written; the last may be a beginning."""
    composed = unicodedata.normalize("NFC", search)
    return _WORD.findall(composed)[:MAX_WORDS]


def spans(text: str, search: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where a text has words of a search, as (first, after)."""
    whole, beginning = {plain(word) for word in search[:-1]}, plain("".join(search[-1:]))
    return tuple(
        (first, after)
        for first, after, word in words_of(text)
        if word in whole or (beginning and word.startswith(beginning))
    )


def has_all(text: str, search: Sequence[str]) -> bool:
    """Whether a text has every word of a search."""
    held = {word for _, _, word in words_of(text)}
    if not search or not held.issuperset(map(plain, search[:-1])):
        return False
    return any(word.startswith(plain(search[-1])) for word in held)
