"""Texts that were saved to answer with: what is taken, and in which order they stand.

Spec: docs/spec/08-state.md §20.
"""

from collections.abc import Sequence
from typing import Final

from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.saved_api import SavedReply
from doorless_client.text import SafeText, in_quotes, safe, safe_line

MOST: Final = 50
"""Texts of one person: more are found more slowly than typed."""

LONGEST: Final = 1_000
"""Characters of one: some screens of text."""

LONGEST_NAME: Final = 24
"""Characters of a name: one line of a list, with the text beside it."""

SIGN: Final = ";"
"""Before a name that is typed into a message."""

Held = tuple[SavedReply, ...]


def saved(held: Held, name: str, text: str) -> Held:
    """With one more. Raises RefusedError: it is not taken."""
    wanted = SavedReply(checked_name(name), checked_text(text))
    _check_free(held, wanted.name)
    if len(held) >= MOST:
        raise RefusedError(f"there are {MOST} saved replies, and no more are kept: delete one")
    return _in_order((*held, wanted))


def renamed(held: Held, name: str, new: str) -> Held:
    """Raises RefusedError: none is called so, or the new name is not taken."""
    known, wanted = find(held, name), checked_name(new)
    others = tuple(one for one in held if one != known)
    _check_free(others, wanted)
    return _in_order((*others, SavedReply(wanted, known.text)))


def removed(held: Held, name: str) -> Held:
    """Raises RefusedError: none is called so."""
    known = find(held, name)
    return tuple(one for one in held if one != known)


def find(held: Sequence[SavedReply], name: str) -> SavedReply:
    """Whatever the case of its letters. Raises RefusedError: none is called so."""
    wanted = _key(name.strip().removeprefix(SIGN))
    for one in held:
        if _key(one.name) == wanted:
            return one
    raise RefusedError(f"no saved reply is called {in_quotes(name)}")


def checked_name(name: str) -> SafeText:
    """Raises BadInputError: nothing that can be typed behind the sign."""
    bare = name.strip()
    shown = safe_line(bare)
    if not bare or len(bare) > LONGEST_NAME:
        raise BadInputError(f"a saved reply has a name of 1 to {LONGEST_NAME} characters")
    if shown != bare or SIGN in bare or any(character.isspace() for character in bare):
        raise BadInputError(f"a name holds no blank, no {SIGN} and nothing that is not seen")
    return shown


def checked_text(text: str) -> SafeText:
    """Raises BadInputError: nothing in it, or more than is kept."""
    shown = safe(text.strip("\n"))
    if not shown.strip():
        raise BadInputError("there is nothing in it to save")
    if len(shown) > LONGEST:
        raise BadInputError(
            f"{len(shown)} characters are too long: a saved reply has at most {LONGEST}"
        )
    return shown


def _check_free(held: Held, name: str) -> None:
    if any(_key(one.name) == _key(name) for one in held):
        raise RefusedError(f"a saved reply is called {name} already")


def _in_order(held: Held) -> Held:
    return tuple(sorted(held, key=lambda one: _key(one.name)))


def _key(name: str) -> str:
    return name.casefold()
