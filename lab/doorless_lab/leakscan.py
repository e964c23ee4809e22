"""Is what must stay secret in what an adversary holds, in any usual disguise?

A marker is a secret that nothing else can look like: random, at least 64 bits of it. It is
searched for as it is, reversed, in hex, base64 and base32 at every alignment, in UTF-16, and
in each of these inside zlib, gzip and raw deflate streams. A long marker is searched for by
its halves, so that one that a page of a database cuts in two is still seen.

Not seen: what is encrypted, compressed twice, or broken by line ends. A scan that finds
nothing proves something only beside a positive control that was found.
"""

import base64
import gzip
import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from doorless_lab import memory
from doorless_lab.inflate import Inflater
from doorless_lab.memory import UnreadableError as UnreadableError

DISGUISES = ("raw", "reversed", "hex", "base64", "base32", "utf-16", "deflate")

LEAST = 8
"""Bytes that a marker has at least: 64 bits, one accident in 2^40 bytes of noise is 2^-24."""

_HALVED = 16
"""Bytes from which on a marker is searched for by its halves."""

_PIECE = 2**20
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

_LETTER = rb"[0-9A-Za-z+/=_-]"
_WRITTEN = re.compile(_LETTER + b"+")
"""What hex, base64 and base32 are written in, and a text of letters and digits."""

_OBJECT = 16
"""Where a bytes object of CPython begins, and with it a stream in it: at a multiple of this."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that must not be found; `name` says what it is in a report.

    Attributes:
        whole: it is searched for in one piece alone. For words that a person chose: half of
            them may well stand in a program's own texts.
    """

    name: str
    value: bytes = field(repr=False)
    whole: bool = False

    def __post_init__(self) -> None:
        if len(self.value) < LEAST:
            raise ValueError(f"a marker of {len(self.value)} bytes is found by accident")

    @property
    def text(self) -> str:
        return self.value.decode()


def draw_marker(name: str, random: Callable[[int], bytes]) -> Marker:
    """A new one of 26 letters and digits, 128 bits, to put into a message, a name, a password."""
    number = int.from_bytes(random(16))
    return Marker(name, "".join(_ALPHABET[number >> 5 * i & 31] for i in range(26)).encode())


@dataclass(frozen=True, slots=True)
class Finding:
    """`marker` is in `place`, so often in that disguise, the first time at that offset."""

    marker: str
    disguise: str
    place: str
    count: int
    offset: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a scan found, and how many bytes in how many places it read."""

    findings: tuple[Finding, ...] = ()
    scanned: int = 0
    places: int = 0

    def __add__(self, other: "Report") -> "Report":
        return Report(
            self.findings + other.findings,
            self.scanned + other.scanned,
            self.places + other.places,
        )

    @property
    def total(self) -> int:
        return sum(finding.count for finding in self.findings)

    def by_disguise(self) -> dict[str, int]:
        """How often each was found; those never found are there with 0."""
        counts = dict.fromkeys(DISGUISES, 0)
        for finding in self.findings:
            counts[finding.disguise] += finding.count
        return counts

    def by_place(self) -> dict[str, int]:
        """How often something was found in each place where something was."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts[finding.place] += finding.count
        return dict(counts)


@dataclass(frozen=True, slots=True)
class _Needle:
    marker: str
    disguise: str
    form: str
    value: bytes = field(repr=False)


class Scanner:
    """Looks for some markers. Its memory is bounded, however large what it reads.

    Args:
        between: called between two pieces of what is read; what it raises ends the scan.
    """

    def __init__(
        self, markers: Iterable[Marker], *, between: Callable[[], None] = lambda: None
    ) -> None:
        self._between = between
        self._needles = tuple(_needles(markers))
        self._least = min((len(needle.value) for needle in self._needles), default=LEAST)

    def scan(self, data: bytes, place: str) -> Report:
        return self.scan_stream([data], place)

    def scan_stream(self, pieces: Iterable[bytes], place: str) -> Report:
        """Scan data that comes in pieces; what lies across two of them is seen too."""
        return self._scan(pieces, place, step=1)

    def scan_folder(self, folder: Path) -> Report:
        """Scan each regular file below; links are not followed, what vanishes is left out."""
        report = Report()
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            try:
                report += self.scan_stream(_read(path), path.relative_to(folder).as_posix())
            except FileNotFoundError:
                continue
        return report

    def scan_memory(self, pid: int) -> Report:
        """Scan what a live process can have written to.

        Raw deflate streams are tried only where an object could begin.

        Raises:
            UnreadableError: its memory cannot be read here; the message says why.
        """
        report = Report()
        for region in memory.regions(pid):
            for address, pieces in memory.runs(pid, region):
                place = f"memory {address:#x} {region.name}"
                report += self._scan(pieces, place, step=_OBJECT)
        return report

    def _scan(self, pieces: Iterable[bytes], place: str, step: int) -> Report:
        hits = _Hits(self._needles)
        search, inflated = _Search(hits), _SearchInflated(hits)
        inflater = Inflater(inflated.take, self._least, hits.overlap, step)
        scanned = 0
        for piece in pieces:
            self._between()
            search.feed(piece, scanned)
            inflater.feed(piece)
            scanned += len(piece)
        inflater.close()
        inflated.close()
        return Report(hits.findings(place), scanned, 1)


class _Hits:
    """Counts what was found in one place."""

    def __init__(self, needles: tuple[_Needle, ...]) -> None:
        self.needles = needles
        self.overlap = max((len(needle.value) for needle in needles), default=1) - 1
        self._halves: dict[tuple[str, str, str], Counter[bytes]] = {}
        self._first: dict[tuple[str, str], int] = {}

    def add(self, needle: _Needle, disguise: str, offset: int) -> None:
        form = (needle.marker, disguise, needle.form)
        self._halves.setdefault(form, Counter())[needle.value] += 1
        first = self._first.get((needle.marker, disguise), offset)
        self._first[needle.marker, disguise] = min(first, offset)

    def findings(self, place: str) -> tuple[Finding, ...]:
        counts: Counter[tuple[str, str]] = Counter()
        for (marker, disguise, _), halves in self._halves.items():
            counts[marker, disguise] += max(halves.values())
        return tuple(
            Finding(marker, disguise, place, count, self._first[marker, disguise])
            for (marker, disguise), count in sorted(counts.items())
        )


class _Search:
    """Finds needles in a stream of pieces, also where two pieces meet.

    Most disguises are written in letters and digits, and little of a memory is: what is so
    written is put together first, and these are looked for in it alone.
    """

    def __init__(self, hits: _Hits) -> None:
        self._hits = hits
        self._tail = b""
        self._written = [each for each in hits.needles if _WRITTEN.fullmatch(each.value)]
        self._others = [each for each in hits.needles if not _WRITTEN.fullmatch(each.value)]
        least = min((len(each.value) for each in self._written), default=1)
        self._runs = re.compile(b"%b{%d,}" % (_LETTER, least))

    def feed(self, piece: bytes, offset: int) -> None:
        data = self._tail + piece
        seen = len(self._tail)
        for needle in self._others:
            for at in _places(needle.value, data, max(0, seen - len(needle.value) + 1)):
                self._hits.add(needle, needle.disguise, offset + at - seen)
        if self._written:
            for needle, at in self._in_runs(data):
                if at > seen - len(needle.value):  # else it was found in the piece before
                    self._hits.add(needle, needle.disguise, offset + at - seen)
        self._tail = data[len(data) - min(len(data), self._hits.overlap) :]

    def _in_runs(self, data: bytes) -> Iterator[tuple[_Needle, int]]:
        runs = [match.span() for match in self._runs.finditer(data)]
        together = b" ".join(data[start:end] for start, end in runs)
        ends = list(accumulate(end - start + 1 for start, end in runs))
        for needle in self._written:
            for at in _places(needle.value, together, 0):
                run = bisect_right(ends, at)
                yield needle, runs[run][1] - (ends[run] - 1 - at)


class _SearchInflated:
    """Finds needles in what streams hold: in many at once, for most of them are short noise."""

    _TOGETHER = 2**16

    def __init__(self, hits: _Hits) -> None:
        self._hits = hits
        self._contents = bytearray()
        self._ends: list[int] = []  # of each stream's contents
        self._offsets: list[int] = []

    def take(self, contents: bytes, offset: int) -> None:
        self._contents += contents
        self._ends.append(len(self._contents))
        self._offsets.append(offset)
        if len(self._contents) >= self._TOGETHER:
            self.close()

    def close(self) -> None:
        for needle in self._hits.needles:
            for at in _places(needle.value, self._contents, 0):
                offset = self._offsets[bisect_right(self._ends, at)]
                self._hits.add(needle, "deflate", offset)
        self._contents.clear()
        self._ends.clear()
        self._offsets.clear()


def _places(needle: bytes, data: bytes | bytearray, start: int) -> Iterator[int]:
    at = data.find(needle, start)
    while at >= 0:
        yield at
        at = data.find(needle, at + len(needle))


def disguises(marker: Marker) -> dict[str, bytes]:
    """The marker in each disguise, by a finer name than DISGUISES, as one would plant it."""
    planted = {form: value for _, form, value in _forms(marker.value)}
    raw = zlib.compressobj(wbits=-15)
    return planted | {
        "zlib": zlib.compress(marker.value),
        "gzip": gzip.compress(marker.value, mtime=0),
        "raw deflate": raw.compress(marker.value) + raw.flush(zlib.Z_SYNC_FLUSH),
        "hex in zlib": zlib.compress(marker.value.hex().encode()),
    }


def control(random: Callable[[int], bytes]) -> Report:
    """Plant a fresh marker in noise, once in each disguise: the scanner has to see them all."""
    marker = draw_marker("control", random)
    data = b"".join(random(64) + planted for planted in disguises(marker).values())
    return Scanner([marker]).scan(data + random(64), "control")


@contextmanager
def planted(folder: Path, marker: Marker) -> Iterator[Path]:
    """A file in `folder` that holds the marker, while the context lasts."""
    path = folder / "planted-control"
    path.write_bytes(b"-- " + marker.value + b" --")
    try:
        yield path
    finally:
        path.unlink()


def _needles(markers: Iterable[Marker]) -> Iterator[_Needle]:
    known: set[bytes] = set()
    for marker in markers:
        for disguise, form, value in _forms(marker.value):
            half = len(value) // 2
            halved = len(marker.value) >= _HALVED and not marker.whole
            parts = (value[:half], value[half:]) if halved else (value,)
            for part in parts:
                if part not in known:
                    known.add(part)
                    yield _Needle(marker.name, disguise, form, part)


def _forms(value: bytes) -> Iterator[tuple[str, str, bytes]]:
    """(disguise, finer name, bytes) of each way to write the value down."""
    yield "raw", "raw", value
    yield "reversed", "reversed", value[::-1]
    yield "hex", "hex", value.hex().encode()
    yield "hex", "HEX", value.hex().upper().encode()
    for before in range(3):
        yield "base64", f"base64+{before}", _aligned(base64.b64encode, 6, before, value)
        yield "base64", f"base64url+{before}", _aligned(base64.urlsafe_b64encode, 6, before, value)
    for before in range(5):
        upper = _aligned(base64.b32encode, 5, before, value)
        yield "base32", f"BASE32+{before}", upper
        yield "base32", f"base32+{before}", upper.lower()
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return
    yield "utf-16", "utf-16-le", text.encode("utf-16-le")
    yield "utf-16", "utf-16-be", text.encode("utf-16-be")


def _aligned(encode: Callable[[bytes], bytes], bits: int, before: int, value: bytes) -> bytes:
    """Encode the value behind so many other bytes: the characters that are its own alone."""
    first = -(-before * 8 // bits)
    last = (before + len(value)) * 8 // bits
    return encode(bytes(before) + value)[first:last]


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
