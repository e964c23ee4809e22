"""Some pairs of people who talk, and all that somebody recorded of them on the wire."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from doorless_lab.doors.copied import Copied
from doorless_lab.doors.counting import counted
from doorless_lab.doors.program import Program
from doorless_lab.leakscan import Marker, Scanner, draw_marker
from doorless_lab.pair import Device, Talker, meet
from doorless_lab.products.mandated.escrow import Sent, open_with, seal
from doorless_lab.sayings import as_spoken, written
from doorless_lab.scenario import Fact, Line, Tone
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import Random, XWingPrivate

NAMES: tuple[str, ...] = (
    *("Alice", "Bob", "Carol", "Dora", "Emil", "Fatma", "Georg", "Hana", "Ilja", "Jule"),
    *("Karl", "Lena", "Mira", "Nils", "Olga", "Paul", "Rosa", "Sami", "Tilda", "Uwe"),
)
"""Two for each pair; nobody in particular."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One message: whose it is, what it says, how it looked on the wire, whether it arrived."""

    pair: int
    sender: int
    text: str
    marker: Marker
    sent: Sent
    arrived: bool

    def carrying(self, escrowed: bytes) -> "Recording":
        """The same with another field beside the envelope."""
        return replace(self, sent=Sent(self.sent.envelope, escrowed))


class Pair:
    """Two people in the middle of a conversation.

    Attributes:
        program: which both use.
    """

    def __init__(self, number: int, now: int, random: Random, program: Program) -> None:
        self.number, self.program, self._random = number, program, random
        self.names = NAMES[2 * number], NAMES[2 * number + 1]
        devices = [Device.draw(name.lower(), now, random) for name in self.names]
        self.talkers: tuple[Talker, Talker] = meet(devices[0], devices[1], now, random)
        self._said = 0

    def say(self, sender: int) -> Recording:
        marker = draw_marker("a message", self._random)
        text = written(self._said, marker.text)
        self._said += 1
        content = text.encode()
        talker, other = self.talkers[sender], self.talkers[1 - sender]
        law = self.program.escrow
        if law is None:
            sent = Sent(talker.says(content))
        else:
            talker.session, sent = seal(talker.session, content, self._random, law)
        arrived = other.hears(sent.envelope) == content
        return Recording(self.number, sender, text, marker, sent, arrived)

    def talk(self, messages: int) -> list[Recording]:
        return [self.say(at % 2) for at in range(messages)]

    def copied(self) -> tuple[Copied, ...]:
        """What a thief of each of the two devices has, as of now."""
        return tuple(Copied(each.session, each.identity) for each in self.talkers)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of some recordings.

    Attributes:
        found: so many of the markers, in so many `scanned` bytes of opened contents.
        texts: those that were found.
    """

    found: int
    markers: int
    scanned: int
    people: frozenset[str]
    texts: tuple[str, ...]

    @property
    def facts(self) -> dict[str, Fact]:
        return {"messages": self.markers, "read": self.found, "bytes": self.scanned}

    def line(self, de: str, en: str) -> Line:
        """How much it is, after some words about who reads, or what."""
        return counted(de, en, self.found, self.markers)

    def lines(self, at_most: int = 3) -> list[Line]:
        """The first of what was read, as the reader sees it."""
        return [Line(as_spoken(text), Tone.SAID) for text in self.texts[:at_most]]


def wire_of(recordings: Iterable[Recording]) -> list[Sent]:
    """What of them was on the wire: all that an adversary is ever given of them."""
    return [each.sent for each in recordings]


def opened(private: XWingPrivate, sent: Iterable[Sent]) -> list[bytes | None]:
    """What an escrow key makes of each; None: it opens nothing."""
    return [_opened(private, each) for each in sent]


def _opened(private: XWingPrivate, sent: Sent) -> bytes | None:
    with suppress(DoorlessError):
        return open_with(private, sent)
    return None


def read(recordings: Sequence[Recording], contents: Sequence[bytes | None]) -> Read:
    """Look for the markers in what somebody opened, each in the content in its place."""
    there = [(each, content) for each, content in zip(recordings, contents, strict=True) if content]
    found = [each for each, content in there if searched([each], content) == 1]
    people = {name for each in found for name in NAMES[2 * each.pair : 2 * each.pair + 2]}
    scanned = sum(len(content) for _, content in there)
    texts = tuple(each.text for each in found)
    return Read(len(found), len(recordings), scanned, frozenset(people), texts)


def searched(recordings: Iterable[Recording], held: bytes) -> int:
    """How many of the markers are in what somebody holds.

    Raises:
        RuntimeError: the search misses what was put before it, so nothing that it says counts.
    """
    markers = [Marker(str(at), each.marker.value) for at, each in enumerate(recordings)]
    scanner = Scanner(markers)
    control = scanner.scan(b" ".join(each.value for each in markers), "control")
    if len({finding.marker for finding in control.findings}) < len(markers):
        raise RuntimeError("the search does not find its own control")
    return len({finding.marker for finding in scanner.scan(held, "held").findings})
