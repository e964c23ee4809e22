"""Handles: the names that people are looked up by. One spelling each, and no two that look alike.

    what was typed ── canonical ──► a handle ─┬─ check_registrable ──► may be asked for
                                              └─ skeleton ──► what an eye sees of it

Client and relay call the same functions, so both refuse for the same reason, and the key log
files everybody under the same bytes. Nothing is mapped in silence: a name that was typed in
another way than it is written, is refused, and the reason says how to write it.
Spec: docs/spec/02-identities.md §7.3.
"""

import re
from typing import Final
from unicodedata import bidirectional, category, name, normalize

from doorless_protocol.errors import MalformedError

MIN_HANDLE: Final = 2
MAX_HANDLE: Final = 31
"""Characters. Shown whole beside a relay's name in a row of eighty."""

HANDLE_PATTERN: Final = r"\A(?=.{2,31}\Z)[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*\Z"
"""Not `$`, which a newline may follow."""

SEPARATORS: Final = "._-"

RESERVED: Final = frozenset(
    (
        # Who writes to these reaches whoever runs a service (RFC 2142, all its tables).
        *("info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster"),
        *("hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp"),
        # Who has one of these gets certificates for a domain (CA/Browser Forum BR §3.2.2.4.4).
        *("admin", "administrator"),
        # Who has one of these seems to speak for the program, or for those who run a relay.
        *("doorless", "relay", "witness", "operator", "moderator", "root", "system", "staff"),
        *("team", "official", "help", "service", "contact", "privacy", "legal", "billing"),
        *("noreply", "everyone", "nobody"),
    )
)
"""Names that nobody registers, nor one that looks like them."""

_LOOKS_LIKE: Final = (("0", "o"), ("1", "l"), ("i", "l"), ("rn", "m"), ("vv", "w"))
_VALID: Final = re.compile(HANDLE_PATTERN)
_ORDERING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


class HandleError(MalformedError):
    """This name cannot be had, by anybody; the message says why, in one line for the person."""


def canonical(text: str) -> str:
    """Return `text` if it is a handle in its one form, which is the label in the key log.

    Takes time in proportion to MAX_HANDLE, whatever it is given.

    Raises:
        HandleError: it is not; the message names the first character at fault by its number and
            name in Unicode, and never shows it.

    Spec: docs/spec/02-identities.md §7.3.
    """
    if not MIN_HANDLE <= len(text) <= MAX_HANDLE:
        raise HandleError(
            f"a handle has {MIN_HANDLE} to {MAX_HANDLE} characters, this has {len(text)}"
        )
    if text != text.lower() and _VALID.fullmatch(text.lower()):  # ASCII capitals, and nothing else
        raise HandleError(f"a handle is in small letters: write '{text.lower()}'")
    for place, character in enumerate(text, start=1):
        check_character(character, place)
    if _VALID.fullmatch(text):
        return text
    if not text[0].isalpha():
        raise HandleError("a handle begins with a letter from a to z")
    if text[-1] in SEPARATORS:
        raise HandleError(f"a handle ends with a letter or a digit, not with '{text[-1]}'")
    raise HandleError("a handle has a letter or a digit between two of '.', '_' and '-'")


def check_character(character: str, place: int) -> None:
    """Raises HandleError: a handle has no such character.

    Spec: docs/spec/02-identities.md §7.3.
    """
    if character in SEPARATORS or (character.isascii() and character.isalnum()):
        if character.isupper():
            raise HandleError(f"a handle is in small letters: write '{character.lower()}'")
        return
    which = f"character {place} is U+{ord(character):04X} {name(character, 'without a name')}"
    raise HandleError(f"{which}: {_why_not(character)}")


def _why_not(character: str) -> str:
    if bidirectional(character) in _ORDERING:
        return "it turns around what is written, and cannot be seen"
    if category(character) in ("Cf", "Cc", "Zl", "Zp", "Mn", "Me"):
        return "it cannot be seen, or only on another character"
    if bidirectional(character) in _RIGHT_TO_LEFT:
        return "handles are written from left to right, with a to z"
    plain = normalize("NFKC", character).lower()
    if len(plain) == 1 and plain.isascii() and plain.isalnum():
        return f"write '{plain}'"
    if category(character).startswith(("L", "N")):
        return "it may look like another one, but a handle has only a to z and 0 to 9"
    return "a handle has only a to z, 0 to 9, '.', '_' and '-'"


def check_registrable(text: str) -> str:
    """Return `text` if anybody may ask a relay for it; the relay still says whether it is free.

    Raises:
        HandleError: no handle, or one that is reserved or looks so.

    Spec: docs/spec/02-identities.md §7.3.
    """
    handle = canonical(text)
    seen = skeleton(handle)
    for reserved in RESERVED:
        if skeleton(reserved) == seen:
            raise HandleError(
                f"'{reserved}' is reserved, and so is what looks like it: it would seem to speak"
                " for the relay"
            )
    return handle


def skeleton(handle: str) -> str:
    """What an eye sees of a handle. Two with one skeleton are one name; a skeleton is no handle.

    Spec: docs/spec/02-identities.md §7.3.
    """
    seen = handle.translate({ord(separator): None for separator in SEPARATORS})
    for written, looks_like in _LOOKS_LIKE:
        seen = seen.replace(written, looks_like)
    return seen
