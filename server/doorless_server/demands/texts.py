"""What the desk says to people, in both languages at once."""

from collections.abc import Callable

import msgspec


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same thing said in German and in English."""

    de: str
    en: str

    def each(self, change: Callable[[str], str]) -> "Text":
        return Text(change(self.de), change(self.en))


EMPTY = Text("", "")
