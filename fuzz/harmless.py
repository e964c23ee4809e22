"""What of any text must hold before a terminal draws it, said without the code that sees to it."""

import re
import unicodedata

from doorless_client.text import MAX_COMBINING
from fuzz.harness import promise

_COMMANDS = ("Cc", "Cs", "Zl", "Zp")
_TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_JOINERS = re.compile("[\u200c\u200d]")


def check_harmless(text: str) -> None:
    """No command, no change of direction, nothing unseen, and no heap of marks.

    Raises:
        FindingError: one of them is there.
    """
    for character in text:
        kind = unicodedata.category(character)
        promise(character == "\n" or kind not in _COMMANDS, "a control character")
        promise(unicodedata.bidirectional(character) not in _TURNS, "a change of direction")
    promise(_UNSEEN.search(text) is None, "what nobody sees")
    marks = 0
    for character in _JOINERS.sub("", text):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        promise(marks <= MAX_COMBINING, "a heap of marks")
