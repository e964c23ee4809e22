"""A fingerprint that a class can compare across a room: four words, a colour and a shape.

Bytes 0 to 5 give the words (44 bits of them, 11 each), byte 6 the colour, byte 7 the shape. It
helps to see that two differ; who wants proof compares all of it.
"""

import re
from dataclasses import dataclass
from functools import cache

from mnemonic import Mnemonic

COLOURS = ("red", "orange", "green", "teal", "blue", "purple", "brown", "grey")
SHAPES = ("circle", "square", "triangle", "diamond", "star", "cross", "hexagon", "ring")
WORDS = 4

PRINTED = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,128}(?![0-9A-Za-z])")
"""Hexadecimal of at least 128 bits, as lines show keys and hashes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`printed` as it stands in the line."""

    printed: str
    words: tuple[str, ...]
    colour: str
    shape: str


def mark(printed: str) -> Mark:
    """Of hexadecimal, at least 16 digits."""
    raw = bytes.fromhex(printed[: len(printed) // 2 * 2])
    bits = int.from_bytes(raw[:6], "big") >> 4
    places = [bits >> 11 * place & 2047 for place in reversed(range(WORDS))]
    words = tuple(_wordlist()[place] for place in places)
    return Mark(printed, words, COLOURS[raw[6] % len(COLOURS)], SHAPES[raw[7] % len(SHAPES)])


def marks(text: str) -> tuple[Mark, ...]:
    """Of each fingerprint that a text shows, once."""
    return tuple(mark(found) for found in dict.fromkeys(PRINTED.findall(text)))


@cache
def _wordlist() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)
