"""Which keys do what, from the bindings themselves: what help and hints show is what is bound.

Every binding has an id. A profile of keys, and the person's own file on top of it, give some
ids other keys; the rest keep those that their class declares.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import _character_to_key

Hint = tuple[str, str]
"""A key and what it does."""

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "delete": "Del",
    "question_mark": "?",
    "slash": "/",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys are bound.

    Attributes:
        title: what help calls it.
        owner: the class that declares the bindings.
        around: the classes whose bindings hold there as well.
    """

    title: str
    owner: type[DOMNode]
    around: tuple[type[DOMNode], ...] = ()


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of help."""

    keys: str
    does: str
    id: str


def declared(owner: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class and those of ours above it declare, in their order."""
    for one in owner.__mro__:
        if one.__module__.startswith("doorless_"):  # the toolkit's widgets edit text by theirs
            for binding in vars(one).get("BINDINGS", ()):
                if isinstance(binding, Binding):
                    yield binding


class Keys:
    """The keys in force."""

    def __init__(self, places: Sequence[Place], changed: Mapping[str, str] | None = None) -> None:
        """`changed`: other keys than the declared ones, several with commas between, by id."""
        self.places = tuple(places)
        self.changed = dict(changed or {})
        self._declared = {
            binding.id: binding.key
            for place in self.places
            for binding in declared(place.owner)
            if binding.id
        }

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._declared)

    def of(self, id: str) -> tuple[str, ...]:
        """Keys as the toolkit names them; none for an id that nothing has here."""
        keys = self.changed.get(id) or self._declared.get(id, "")
        return tuple(_long(key.strip()) for key in keys.split(",") if key.strip())

    def spelled(self, id: str) -> str:
        """As help says it: `Ctrl+J, Alt+Enter`."""
        return ", ".join(_spelled(key) for key in self.of(id))

    def short(self, id: str) -> str:
        """The first of them, as it fits into a line of hints: `^P`."""
        keys = self.of(id)
        if not keys:
            return ""
        if keys[0].startswith("ctrl+") and len(keys[0]) == len("ctrl+x"):
            return f"^{keys[0][-1].upper()}"
        return _spelled(keys[0])

    def hints(self, *wanted: tuple[str, str]) -> tuple[Hint, ...]:
        """For each id and what it does, its key; what has no key is left out."""
        return tuple((self.short(id), does) for id, does in wanted if self.of(id))

    def lines(self, owner: type[DOMNode]) -> Sequence[KeyLine]:
        """What a class binds, as help shows it; bindings without words are left out."""
        return [
            KeyLine(self._spelled(binding), binding.description, binding.id or "")
            for binding in declared(owner)
            if binding.description
        ]

    def _spelled(self, binding: Binding) -> str:
        if binding.id in self._declared:
            return self.spelled(binding.id)
        return ", ".join(_spelled(key) for key in binding.key.split(","))

    def collisions(self) -> set[tuple[str, str, str]]:
        """Keys that mean two things in one place: the key, and the two ids, in order."""
        found: set[tuple[str, str, str]] = set()
        for place in self.places:
            taken: dict[str, str] = {}
            for owner in (place.owner, *place.around):
                for binding in declared(owner):
                    for key in self.of(binding.id) if binding.id else ():
                        other = taken.setdefault(key, str(binding.id))
                        if other != binding.id:
                            first, second = sorted((other, str(binding.id)))
                            found.add((key, first, second))
        return found


def in_words(key: str) -> str:
    """One key, as people write it."""
    return _spelled(_long(key))


def _long(key: str) -> str:
    """A character by the name that the toolkit has for it."""
    *modifiers, last = key.split("+") if key != "+" else [key]
    return "+".join([*modifiers, _character_to_key(last) if len(last) == 1 else last])


def _spelled(key: str) -> str:
    *modifiers, last = key.split("+")
    if last.startswith("upper_"):
        last = last.removeprefix("upper_").upper()
    name = _NAMES.get(last) or (last.upper() if modifiers or _is_function(last) else last)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def _is_function(key: str) -> bool:
    return key[0] == "f" and key[1:].isdigit()
