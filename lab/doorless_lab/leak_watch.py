"""Does the relay hold, or did it ever get, what only Alice and Bob may know?

A look searches four places for every secret, and each place also for a marker that was put
there in the open: a place where that one is not found was not really searched.

    place                  what is put there
    its files              a file beside the database
    its log                a file beside the log
    its memory             an environment variable of the relay's process
    bytes that it received the handle in a lookup, sent through a tap like any other request
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import perf_counter

from doorless_lab.leakscan import Finding, Marker, Report, Scanner, UnreadableError, planted
from doorless_lab.stage import Stage

FILES, LOG, MEMORY, RECEIVED = "its files", "its log", "its memory", "bytes it received"

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Place:
    """What was found in one place.

    Attributes:
        scanned: bytes searched, all looks together for what only grows.
        findings: of the secrets; the control is not among them.
        control: how often the control was found.
        unreadable: why it could not be searched; empty when it was.
    """

    name: str
    scanned: int
    findings: tuple[Finding, ...]
    control: int
    unreadable: str = ""

    @property
    def found(self) -> int:
        return sum(finding.count for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything that the relay has."""

    places: tuple[Place, ...]
    secrets: int
    seconds: float

    @property
    def found(self) -> int:
        return sum(place.found for place in self.places)

    @property
    def scanned(self) -> int:
        return sum(place.scanned for place in self.places)

    @property
    def control_works(self) -> bool:
        """Whether the planted marker was found in each place that can be read."""
        return all(place.control for place in self.places if not place.unreadable)


class StoppedError(Exception):
    """The look was given up, since nobody waits for it any more."""


class LeakWatch:
    """Keeps looking. `look` takes seconds: give it a thread. The rest is quick."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._secrets: dict[bytes, Marker] = {}
        self._records = _Records()
        self._stopped = Event()
        self.searching = ""  # the place where a look is now, in words; empty between looks

    def add(self, secrets: Iterable[Marker]) -> None:
        """Search for these too, from the next look on, and in all that came before."""
        for secret in secrets:
            self._secrets.setdefault(secret.value, secret)

    def stop(self) -> None:
        """Let a look that is under way end soon, from whatever thread it runs in."""
        self._stopped.set()

    def look(self) -> Look:
        """Search everything. One call at a time.

        Raises:
            StoppedError: `stop` was called.
        """
        began = perf_counter()
        secrets = tuple(self._secrets.values())
        markers = (*secrets, self._stage.control)
        scanner = Scanner(markers, between=self._go_on)
        places = (
            self._place(RECEIVED, lambda: self._received(markers)),
            self._place(LOG, lambda: self._folder(scanner, self._stage.logs)),
            self._place(FILES, lambda: self._folder(scanner, self._stage.relay.data)),
            self._place(MEMORY, lambda: self._memory(scanner)),
        )
        self.searching = ""
        return Look(places, len(secrets), perf_counter() - began)

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise StoppedError("the look was given up")

    def _folder(self, scanner: Scanner, folder: Path) -> Report:
        with planted(folder, self._stage.control):
            return scanner.scan_folder(folder)

    def _memory(self, scanner: Scanner) -> Report:
        pid = self._stage.relay.pid
        if pid is None:
            raise UnreadableError("the relay is off")
        return scanner.scan_memory(pid)

    def _received(self, markers: tuple[Marker, ...]) -> Report:
        return self._records.scan(self._stage.recorded(), markers, self._go_on)

    def _place(self, name: str, scan: Callable[[], Report]) -> Place:
        self.searching = f"searching {name}"
        try:
            report = scan()
        except UnreadableError as error:
            return Place(name, 0, (), 0, str(error))
        control = self._stage.control.name
        secret = tuple(finding for finding in report.findings if finding.marker != control)
        planted_count = sum(f.count for f in report.findings if f.marker == control)
        return Place(name, report.scanned, secret, planted_count)


class _Records:
    """Searches records that only grow: what was searched for something is not searched again."""

    def __init__(self) -> None:
        self._searched: dict[Path, int] = {}
        self._known: set[bytes] = set()
        self._total = Report()

    def scan(
        self,
        records: Iterable[tuple[Path, int]],
        markers: tuple[Marker, ...],
        between: Callable[[], None],
    ) -> Report:
        """All that was ever found. A record's size marks the end of a whole message."""
        scanner = Scanner(markers, between=between)
        added = [marker for marker in markers if marker.value not in self._known]
        again = Scanner(added, between=between)
        for path, size in records:
            searched = self._searched.get(path, 0)
            self._total += scanner.scan_stream(_read(path, searched, size), path.name)
            if added and searched:
                found = again.scan_stream(_read(path, 0, searched), path.name)
                self._total += Report(found.findings)
            self._searched[path] = size
        self._known.update(marker.value for marker in markers)
        return self._total


def _read(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and (piece := file.read(min(_PIECE, stop - start))):
            start += len(piece)
            yield piece
