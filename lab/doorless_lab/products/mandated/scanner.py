"""A scanner in the client, as detection orders asked for: a toy, with a cake for a crime.

    picture ── hash of 64 bits ──► near one on the list? ── yes ──► report with the plaintext
                                          └── either way ──► sealed and sent as always

The hash is the simplest perceptual one: is each of 8 x 8 blocks brighter than the picture as a
whole? Larger ones differ in strength, not in kind: somebody else's list of numbers decides, and
none of the numbers says what it stands for. Nothing here resembles real material.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from doorless_protocol import merkle
from doorless_protocol.errors import ProofError
from doorless_protocol.log.tree import MemoryTree, inclusion_path

SIDE, BLOCK = 16, 2
"""Pixels of a picture's side, and of a block's."""

BITS = (SIDE // BLOCK) ** 2

Picture = tuple[int, ...]
"""SIDE * SIDE shades from 0, black, to 255, line by line."""


def fingerprint(picture: Picture) -> int:
    """64 bits, which pictures that look alike share nearly all of."""
    mean = sum(picture) / len(picture)
    bits = 0
    for block in blocks(picture):
        bits = bits << 1 | (sum(block) / len(block) > mean)
    return bits


def blocks(picture: Picture) -> Iterable[tuple[int, ...]]:
    for places in block_places():
        yield tuple(picture[at] for at in places)


def block_places() -> Iterable[tuple[int, ...]]:
    for top in range(0, SIDE, BLOCK):
        for left in range(0, SIDE, BLOCK):
            rows = range(top, top + BLOCK)
            yield tuple(y * SIDE + x for y in rows for x in range(left, left + BLOCK))


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


class Report(msgspec.Struct, frozen=True):
    """What leaves the device beside the sealed message: the message."""

    sender: str
    text: str
    picture: bytes


@dataclass
class Scanner:
    """What is built into every client.

    Attributes:
        listed: numbers; nobody on this side knows of what.
        threshold: bits by which a picture may differ from one on the list.
        reports: what went to the authority.
    """

    listed: frozenset[int]
    threshold: int
    reports: list[bytes] = field(default_factory=list[bytes])

    def looks_at(self, sender: str, text: str, picture: Picture) -> bool:
        """Before it is sealed; whether a report went out."""
        if not self.matches(picture):
            return False
        self.reports.append(msgspec.json.encode(Report(sender, text, bytes(picture))))
        return True

    def matches(self, picture: Picture) -> bool:
        seen = fingerprint(picture)
        return any(distance(seen, each) <= self.threshold for each in self.listed)


def collide(innocent: Picture, target: int) -> Picture:
    """The innocent picture, shaded as little as it takes to get another one's fingerprint.

    Raises:
        ValueError: it did not come to rest; no picture of the lab does that.
    """
    shades = list(innocent)
    for _ in range(200):
        mean = sum(shades) / len(shades)
        wrong = fingerprint(tuple(shades)) ^ target
        if not wrong:
            return tuple(shades)
        for number, places in enumerate(block_places()):
            place = BITS - 1 - number
            if wrong >> place & 1:
                brighter = target >> place & 1
                _shift(shades, places, mean + (3 if brighter else -3))
    raise ValueError("no collision found")


def _shift(shades: list[int], places: Sequence[int], towards: float) -> None:
    """Move a block so that its mean is `towards`, and keep what is inside it as it is."""
    by = round(towards - sum(shades[at] for at in places) / len(places))
    for at in places:
        shades[at] = min(255, max(0, shades[at] + by))


class PublishedList:
    """The list in a log, with a reason for each entry: anybody can count those that have none."""

    def __init__(self) -> None:
        self._tree = MemoryTree()
        self._entries: list[int] = []
        self.reasons: dict[int, str] = {}

    def add(self, entry: int, reason: str = "") -> None:
        self._entries.append(entry)
        self._tree.append(entry.to_bytes(BITS // 8))
        if reason:
            self.reasons[entry] = reason

    @property
    def head(self) -> tuple[int, bytes]:
        return self._tree.size, self._tree.root

    def check(self, entry: int) -> None:
        """What a client asks before it uses an entry. ProofError: it is not in the log."""
        if entry not in self._entries:
            raise ProofError("an entry that is not in the published list")
        at = self._entries.index(entry)
        size, root = self.head
        path = inclusion_path(self._tree, at, size)
        merkle.verify_inclusion(entry.to_bytes(BITS // 8), at, size, path, root)

    def unexplained(self) -> list[int]:
        """What a journalist who reads the log asks about."""
        return [entry for entry in self._entries if entry not in self.reasons]


def refused(listed: Iterable[int], published: PublishedList | None) -> list[int]:
    """Entries of a new list that a client does not take; with no log to ask, it takes them all."""
    return [one for one in listed if published is not None and not _is_in(one, published)]


def _is_in(entry: int, published: PublishedList) -> bool:
    try:
        published.check(entry)
    except ProofError:
        return False
    return True


def precision(prevalence: float, sensitivity: float, false_positive: float) -> float:
    """Of all reports, the part that is right."""
    right = prevalence * sensitivity
    return right / (right + (1 - prevalence) * false_positive)
