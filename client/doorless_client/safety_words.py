"""A safety number's words, for reading aloud: places in the list of BIP-39, English.

Spec: docs/spec/02-identities.md §6.2.
"""

from collections.abc import Iterable
from functools import cache

from mnemonic import Mnemonic

from doorless_protocol.errors import MalformedError
from doorless_protocol.verification import MAX_SHOWN


def words_at(places: Iterable[int]) -> tuple[str, ...]:
    """The words at these places, from 0."""
    words = list(_places())
    return tuple(words[place] for place in places)


def places_of(said: str) -> tuple[int, ...]:
    """The places of words as somebody typed them, in any case, with white space between.

    Raises:
        MalformedError: too long, or a word that is not in the list: misheard, and no mismatch.
    """
    if len(said) > MAX_SHOWN:
        raise MalformedError(f"{len(said)} characters of words, at most {MAX_SHOWN}")
    places = _places()
    words = said.lower().split()
    for number, word in enumerate(words, start=1):
        if word not in places:
            raise MalformedError(f"word {number} is not in the list: it was misheard or mistyped")
    return tuple(places[word] for word in words)


@cache
def _places() -> dict[str, int]:
    return {word: place for place, word in enumerate(Mnemonic("english").wordlist)}
