"""Texts that were saved to answer with, as values, and where the store keeps them.

They lie in the encrypted store, for they are words of the person; and on one device, for what is
typed a hundred times says more of somebody than most messages do.
Spec: docs/spec/08-state.md §20.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.saved_api import SavedReply
from doorless_client.core.state import State
from doorless_client.store import records
from doorless_client.store.base import Store
from doorless_client.text import SafeText, safe, safe_line

MOST: Final = 50
"""Texts of one person: more are found more slowly than typed."""

LONGEST: Final = 1_000
"""Characters of one: some screens of text."""

LONGEST_NAME: Final = 24
"""Characters of a name: one line of a list, with the text beside it."""

SIGN: Final = ";"
"""Before a name that is typed into a message."""

_ROW = "saved replies"

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
    raise RefusedError(f"no saved reply is called {safe_line(name, at_most=40)!r}")


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


def load(store: Store) -> Held:
    row = store.settings.get(_ROW)
    pairs = msgspec.msgpack.decode(row.value, type=list[tuple[str, str]]) if row else []
    return tuple(SavedReply(safe_line(name), safe(text)) for name, text in pairs)


def keep(store: Store, held: Held) -> None:
    """Only inside a transaction."""
    pairs = [(str(one.name), str(one.text)) for one in held]
    store.settings.put(records.Setting(_ROW, msgspec.msgpack.encode(pairs)))


class Saved:
    """Those of an open profile. Each change raises RefusedError where nothing was changed."""

    def __init__(self, state: State) -> None:
        self._state = state

    def every(self) -> Held:
        return load(self._state.store)

    def save(self, name: str, text: str) -> None:
        self._keep(saved(self.every(), name, text))

    def rename(self, name: str, new: str) -> None:
        self._keep(renamed(self.every(), name, new))

    def remove(self, name: str) -> None:
        self._keep(removed(self.every(), name))

    def _keep(self, held: Held) -> None:
        with self._state.change():
            keep(self._state.store, held)


def _check_free(held: Held, name: str) -> None:
    if any(_key(one.name) == _key(name) for one in held):
        raise RefusedError(f"a saved reply is called {name} already")


def _in_order(held: Held) -> Held:
    return tuple(sorted(held, key=lambda one: _key(one.name)))


def _key(name: str) -> str:
    return name.casefold()
