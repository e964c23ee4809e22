"""keys.toml of a profile: the person's own keys, on top of the set that they chose.

    chat.unread = "alt+u"
    log.up = ["k", "up"]

All of it is taken, or none: a file of which half is in force surprises.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from textual.keys import Keys as Known

from doorless_client.settings.toml_file import table_of
from doorless_client.text import in_quotes
from doorless_client.tui.keymap import Keys, Place, in_words
from doorless_protocol.errors import MalformedError

MAX_KEYS_BYTES = 16 * 1024
"""Room for every binding, ten times."""

MOST_KEYS = 8
"""Keys that one action may have."""

_NAMED = frozenset(key.value for key in Known)
_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")


def decode(data: bytes, places: tuple[Place, ...], profile: Mapping[str, str]) -> dict[str, str]:
    """The keys of `profile`, changed by the file.

    Raises:
        MalformedError: with a line for the person who wrote the file.
    """
    table = table_of(data, MAX_KEYS_BYTES, "keys")
    before = Keys(places, profile)
    changed = dict(profile)
    for name, keys in _flat(table):
        if name not in before.ids:
            raise MalformedError(_unknown(name, before))
        changed[name] = ",".join(_checked(name, key) for key in _listed(name, keys))
    collisions = Keys(places, changed).collisions() - before.collisions()
    for key, one, other in sorted(collisions):
        raise MalformedError(f"{in_words(key)} would be both {one} and {other}")
    return changed


def _unknown(name: str, keys: Keys) -> str:
    near = get_close_matches(name[:40], sorted(keys.ids), 1)
    meant = f"; do you mean {near[0]}?" if near else ""
    return f"unknown action {in_quotes(name)}{meant}"


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """`chat.unread = …` is a table in a table to TOML, and one name to us."""
    for name, value in table.items():
        if isinstance(value, dict) and prefix.count(".") < 2:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _listed(name: str, keys: object) -> list[str]:
    given = keys if isinstance(keys, list) else [keys]
    listed = [key for key in given if isinstance(key, str)]
    if not 0 < len(given) <= MOST_KEYS or len(listed) < len(given):
        raise MalformedError(f"{name} is a key in quotes, or a list of at most {MOST_KEYS}")
    return listed


def _checked(name: str, key: str) -> str:
    *modifiers, last = key.split("+") if key != "+" else [key]
    known = len(last) == 1 and last.isprintable() and last not in ", "
    if not (known or last in _NAMED) or any(one not in _MODIFIERS for one in modifiers):
        raise MalformedError(f"{name}: there is no key {in_quotes(key)}")
    return key
