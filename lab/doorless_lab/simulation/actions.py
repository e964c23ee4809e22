"""What can happen in a simulation, as values with a short text form.

    say 0 1         person 0 says something to person 1
    live 0          person 0's device sends what is due and hears what arrives
    crash-live 0 2  the same, but its program ends at the 2nd point of it
    crash-say 0 1 4 person 0 says something to person 1 and lives, but ends at the 4th point of it
    restart 0       person 0's program goes on from what is stored alone
    offline 0       person 0 reaches nobody
    online 0        … and does again
    wait 30         so many seconds pass for everybody
    clock 0 -3600   person 0's clock is so many seconds ahead of the true time
    copy 0          somebody makes a copy of person 0's profile
    swap 0          the newest copy takes the profile's place, and the profile the copy's
    decide 0        person 0, if stopped because of a copy, goes on with the profile at hand

A run is a list of them: `parse_all("say 0 1; live 0; live 1")`.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Action:
    verb: ClassVar[str]

    def __str__(self) -> str:
        return " ".join([self.verb, *map(str, astuple(self))])


@dataclass(frozen=True, slots=True)
class Say(Action):
    verb: ClassVar[str] = "say"
    who: int
    to: int


@dataclass(frozen=True, slots=True)
class Live(Action):
    verb: ClassVar[str] = "live"
    who: int


@dataclass(frozen=True, slots=True)
class CrashLive(Action):
    """`point`: from 1; one lies before and after each commit and each request (crash.py)."""

    verb: ClassVar[str] = "crash-live"
    who: int
    point: int


@dataclass(frozen=True, slots=True)
class CrashSay(Action):
    verb: ClassVar[str] = "crash-say"
    who: int
    to: int
    point: int


@dataclass(frozen=True, slots=True)
class Restart(Action):
    verb: ClassVar[str] = "restart"
    who: int


@dataclass(frozen=True, slots=True)
class Offline(Action):
    verb: ClassVar[str] = "offline"
    who: int


@dataclass(frozen=True, slots=True)
class Online(Action):
    verb: ClassVar[str] = "online"
    who: int


@dataclass(frozen=True, slots=True)
class Wait(Action):
    verb: ClassVar[str] = "wait"
    seconds: int


@dataclass(frozen=True, slots=True)
class Clock(Action):
    verb: ClassVar[str] = "clock"
    who: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Copy(Action):
    verb: ClassVar[str] = "copy"
    who: int


@dataclass(frozen=True, slots=True)
class Swap(Action):
    verb: ClassVar[str] = "swap"
    who: int


@dataclass(frozen=True, slots=True)
class Decide(Action):
    verb: ClassVar[str] = "decide"
    who: int


_KINDS: dict[str, type[Action]] = {
    kind.verb: kind
    for kind in (
        Say,
        Live,
        CrashLive,
        CrashSay,
        Restart,
        Offline,
        Online,
        Wait,
        Clock,
        Copy,
        Swap,
        Decide,
    )
}


def parse(words: str) -> Action:
    """Raises ValueError: no action reads so."""
    verb, *numbers = words.split()
    kind = _KINDS.get(verb)
    if kind is None:
        raise ValueError(f"no such action: {verb}")
    if len(numbers) != len(fields(kind)):
        names = " ".join(field.name.upper() for field in fields(kind))
        raise ValueError(f"{verb} takes {names}")
    return kind(*map(int, numbers))


def parse_all(text: str) -> list[Action]:
    """Raises ValueError: see `parse`."""
    return [parse(words) for words in text.split(";") if words.strip()]


def check(action: Action, people: int) -> None:
    """Raises ValueError: it names somebody who is not there, or somebody who talks to himself."""
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    named = [values[name] for name in ("who", "to") if name in values]
    if not all(0 <= who < people for who in named):
        raise ValueError(f"{action}: there are {people} people, from 0")
    if len(set(named)) < len(named):
        raise ValueError(f"{action}: nobody talks to himself")


def text_of(actions: Sequence[Action]) -> str:
    return "; ".join(map(str, actions))
