"""Which texts a few letters mean, and which they mean most."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorless_client.tui.providers.entry import Entry

_BEGINS, _WORD, _INSIDE, _APART, _ELSEWHERE = range(5)
"""How a word of the query is found: the text begins so, a word in it does, or neither; or only
among what else the entry is called.
"""

MOST_LETTERS = 64
"""Of a query that are looked for: nobody types more to find a line."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that fits. `places` are the letters that made it fit; less `rank` fits better."""

    entry: Entry
    places: tuple[int, ...]
    rank: tuple[int, int]


def places_of(word: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How well, and where, the letters of a word are in a text: together, else in order."""
    low, wanted = text.lower(), word.lower()
    if len(low) != len(text):  # a few characters grow in lower case; then places would be wrong
        return (_INSIDE, ()) if wanted in low else None
    starts = [start for start in _starts(low) if low.startswith(wanted, start)]
    if starts:
        kind = _BEGINS if starts[0] == 0 else _WORD
        return kind, tuple(range(starts[0], starts[0] + len(wanted)))
    if (start := low.find(wanted)) >= 0:
        return _INSIDE, tuple(range(start, start + len(wanted)))
    places, after = [], 0
    for letter in wanted:
        after = low.find(letter, after) + 1
        if not after:
            return None
        places.append(after - 1)
    return _APART, tuple(places)


def _starts(text: str) -> list[int]:
    return [
        place
        for place in range(len(text))
        if text[place].isalnum() and not (place and text[place - 1].isalnum())
    ]


def match(query: str, entry: Entry) -> Hit | None:
    """Every word of the query, in any order, or no hit."""
    kinds, places = 0, set[int]()
    for word in query[:MOST_LETTERS].split():
        if (found := places_of(word, entry.text)) is None:
            if word.lower() not in entry.names.lower():
                return None
            found = _ELSEWHERE, ()
        kinds += found[0]
        places |= {*found[1]}
    spread = max(places) - min(places) - len(places) + 1 if places else 0
    return Hit(entry, tuple(sorted(places)), (kinds, spread))


def ranked(query: str, entries: Sequence[Entry], at_most: int) -> list[Hit]:
    """The hits, best first; equal ones in the order in which they came."""
    hits = [hit for entry in entries if (hit := match(query, entry)) is not None]
    hits.sort(key=lambda hit: hit.rank)
    return hits[:at_most]
