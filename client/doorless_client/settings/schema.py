"""A setting is one annotated field: its name, type and default stand there, its words beside.

    theme: Annotated[str, Setting("Look", "Theme", "…", ThemeName())] = "dark"

The screen of settings, the command and both forms in which settings are stored follow from it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, get_type_hints

import msgspec

from doorless_client.settings import spans
from doorless_client.text import safe_line
from doorless_protocol.errors import MalformedError

Value = str | int | bool

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    options: tuple[str, ...]

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise MalformedError("is a text in quotes")
        if value not in self.options:
            raise MalformedError(f"is one of: {', '.join(self.options)}")
        return value

    def parse(self, text: str) -> str:
        return self.check(text)


@dataclass(frozen=True, slots=True)
class ThemeName:
    """A theme of ours, or the name of a file that may come and go: looked up when it is used."""

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise MalformedError("is a text in quotes")
        if not _NAME.fullmatch(value):
            raise MalformedError("is a name of at most 32 of a-z, 0-9 and -")
        return value

    def parse(self, text: str) -> str:
        return self.check(text)


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise MalformedError("is true or false")
        return value

    def parse(self, text: str) -> bool:
        if text not in ("on", "off", "true", "false"):
            raise MalformedError("is on or off")
        return text in ("on", "true")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`, or 0.

    Attributes:
        unit: what is counted, of several.
        zero: what 0 means.
        steps: the numbers that a screen offers; any other can be typed.
    """

    least: int
    most: int
    unit: str
    zero: str
    steps: tuple[int, ...]

    def check(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise MalformedError(f"is a whole number of {self.unit}")
        if value and not self.least <= value <= self.most:
            raise MalformedError(f"is {self.least} to {self.most} {self.unit}, or 0: {self.zero}")
        return value

    def parse(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise MalformedError(f"is a whole number of {self.unit}")
        return self.check(int(text))

    def spelled(self, value: int) -> str:
        if not value:
            return self.zero
        return f"{value} {self.unit}" if value != 1 else f"1 {self.unit.removesuffix('s')}"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in seconds, or 0; the attributes are as those of Whole."""

    least: int
    most: int
    zero: str
    steps: tuple[int, ...]

    def check(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise MalformedError("is a whole number of seconds")
        if value and not self.least <= value <= self.most:
            bounds = f"{spans.in_words(self.least)} to {spans.in_words(self.most)}"
            raise MalformedError(f"is {bounds}, or 0: {self.zero}")
        return value

    def parse(self, text: str) -> int:
        return self.check(spans.parse(text))

    def spelled(self, value: int) -> str:
        return spans.in_words(value) if value else self.zero


@dataclass(frozen=True, slots=True)
class Words:
    """One line of the person's own."""

    at_most: int

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise MalformedError("is a text in quotes")
        if len(value) > self.at_most or value != safe_line(value) or value != value.strip():
            raise MalformedError(f"is one line of at most {self.at_most} characters")
        return value

    def parse(self, text: str) -> str:
        return self.check(text)


Kind = Choice | ThemeName | Switch | Whole | Span | Words


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person reads about a setting, and which values it takes.

    Attributes:
        section: the heading under which it stands.
        title: what it is called on the screen.
        help: one or two sentences: what follows from it.
        name, default: filled in from the field that this annotates.
    """

    section: str
    title: str
    help: str
    kind: Kind
    name: str = ""
    default: Value = ""

    def check(self, value: object) -> Value:
        """Raises MalformedError: it is none of this setting's; a line that names the setting."""
        return self._named(self.kind.check, value)

    def parse(self, text: str) -> Value:
        """From a command line or an input. Raises MalformedError, as `check`."""
        return self._named(self.kind.parse, text)

    def _named(self, take: Callable[[Any], Value], given: object) -> Value:
        try:
            return take(given)
        except MalformedError as error:
            raise MalformedError(f"setting {self.name} {error}") from None

    def spelled(self, value: Value) -> str:
        """As a person reads it."""
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(self.kind, Whole | Span):
            return self.kind.spelled(int(value))
        return str(value)


def declared(owner: type) -> tuple[Setting, ...]:
    """The settings among the fields of a class, in their order."""
    defaults = _defaults(owner)
    return tuple(
        replace(note, name=name, default=defaults[name])
        for name, hint in get_type_hints(owner, include_extras=True).items()
        for note in getattr(hint, "__metadata__", ())
        if isinstance(note, Setting)
    )


def _defaults(owner: type) -> dict[str, Any]:
    if is_dataclass(owner):
        return {field.name: field.default for field in fields(owner)}
    return {field.name: field.default for field in msgspec.structs.fields(owner)}
