"""All keys, from the bindings themselves: what help shows is what is bound."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "space": "Space",
    "tab": "Tab",
    "question_mark": "?",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One line of help."""

    keys: str
    does: str


def keys_of(owner: type[DOMNode]) -> Sequence[Key]:
    """The bindings that a class itself declares, in their order, those without words left out."""
    found = []
    for binding in vars(owner).get("BINDINGS", ()):
        if isinstance(binding, Binding) and binding.description:
            found.append(Key(spelled(binding.key), binding.description))
    return found


def spelled(keys: str) -> str:
    """`ctrl+j,alt+enter` as people write it: `Ctrl+J, Alt+Enter`."""
    return ", ".join(_spelled(key) for key in keys.split(","))


def _spelled(key: str) -> str:
    *modifiers, last = key.split("+")
    name = _NAMES.get(last) or (last.upper() if modifiers or last[0] == "f" else last)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])
