"""Words of texts and of searches: what counts as a word, and when two are the same.

As the tokenizer of the index has it (FTS5's unicode61): runs of letters and digits, without
regard to case or accents. What is searched for are whole words, but the last may be a beginning:
unless as many messages as are asked for have it as it stands.
Spec: docs/spec/08-state.md §17.2.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from doorless_client.store.records import Entry

MAX_WORDS = 16
"""Words of one search that are looked for; more of them only cost."""

_WORD = re.compile(r"[^\W_]+")


class WordIndex(Protocol):
    def fill(self, at_most: int) -> int:
        """Take in messages that are not in it yet; returns how many, 0 when all are.

        Only inside a transaction that changes nothing else.
        """
        ...

    def part_with(self, messages: int) -> None:
        """So many messages are about to go; inside the transaction that decides it.

        To take out many of them one by one takes longer than to take in the others anew: then
        it is to be emptied, and nothing is looked up in it from here on.
        """
        ...

    def empty(self) -> bool:
        """Do a small part of that. False: there is nothing to do. Only inside a transaction."""
        ...

    def is_emptying(self) -> bool:
        """Whether it is to be emptied, and is not yet."""
        ...

    def find(self, search: str, conversation: bytes | None, at_most: int) -> Sequence[Entry]:
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
    if text.isascii():
        return _spans_in_ascii(text.lower(), whole, beginning)
    return tuple(
        (first, after)
        for first, after, word in words_of(text)
        if word in whole or (beginning and word.startswith(beginning))
    )


def _spans_in_ascii(
    text: str, whole: Collection[str], beginning: str
) -> tuple[tuple[int, int], ...]:
    """The same by looking for the words, not at all of the text: most texts are such."""
    found = set()
    for word in {*whole, beginning} - {""}:
        first = text.find(word)
        while first >= 0:
            after = first + len(word)
            if word == beginning:
                while after < len(text) and text[after].isalnum():
                    after += 1
            if not text[first - 1 : first].isalnum() and not text[after : after + 1].isalnum():
                found.add((first, after))
            first = text.find(word, after)
    return tuple(sorted(found))


def has_all(text: str, search: Sequence[str], *, whole: bool = False) -> bool:
    """Whether a text has every word of a search; `whole`: the last as it stands."""
    held = {word for _, _, word in words_of(text)}
    if not search or not held.issuperset(map(plain, search[:-1])):
        return False
    if whole:
        return plain(search[-1]) in held
    return any(word.startswith(plain(search[-1])) for word in held)
