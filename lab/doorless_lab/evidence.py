"""Evidence that most scenarios have: a search for markers, beside a search that has to find them.

A search that finds nothing proves something only beside a positive control: the same scanner,
in the same call, over the same texts as the control product keeps them. It has to find all of
them there. The judge of such a search refuses evidence whose control was not found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doorless_lab.leakscan import Marker, Report, Scanner, UnreadableError, draw_marker
from doorless_lab.scenario import Evidence, Fact
from doorless_lab.telling import dotted
from doorless_lab.words import Words
from doorless_protocol.primitives import Random

MARKERS = 24
"""Messages that a scenario's people exchange, unless it says otherwise, a marker in each."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Memory:
    """Processes whose memory is searched as well, where the system lets us.

    That is slow for many markers. So each message has one more text in it, the same in all: if
    that one is nowhere, none of them is; if it is, all are searched for.

    Attributes:
        common: stands in every message, beside its own marker.
        planted: is in each of these processes on purpose: where it is not found, nothing counts.
    """

    pids: tuple[int, ...]
    common: Marker
    planted: Marker


Places = Mapping[str, bytes | Path]
"""What is searched, by a name: bytes, a file, or a folder with all that is in it."""


def draw_markers(random: Random, count: int = MARKERS) -> tuple[Marker, ...]:
    """For messages 1 to `count`."""
    return tuple(draw_marker(f"message {number}", random) for number in range(1, count + 1))


def in_the_clear(markers: Sequence[Marker]) -> Places:
    """The texts as whoever can read them keeps them: what a control is searched for in."""
    rows = [{"from": "alice", "to": "bob", "text": marker.text} for marker in markers]
    return {"control": json.dumps(rows).encode()}


def leak_scan(
    markers: Sequence[Marker],
    held: Places,
    *,
    control: Places | None = None,
    memory: Memory | None = None,
    name: str = "leak scan",
    caption: Words | None = None,
) -> Evidence:
    """Search what an adversary holds for every marker.

    Args:
        control: the same texts as the control product holds them; None: written in the clear.

    Facts:
        markers, found: how many there are, and how many of them were in it, in any disguise.
        bytes, places: how much was searched.
        control: how many of them were found in the control.
        memory: bytes of memory among those searched.
    """
    scanner = Scanner(markers)
    report = _searched(scanner, held)
    searched = Report() if memory is None else _in_memory(memory, scanner)
    proof = _searched(scanner, in_the_clear(markers) if control is None else control)
    every = report + searched
    facts: dict[str, Fact] = {
        "markers": len(markers),
        "found": _distinct(every),
        "bytes": every.scanned,
        "places": every.places,
        "control": _distinct(proof),
        "memory": searched.scanned,
    }
    found = [
        {"marker": each.marker, "disguise": each.disguise, "place": each.place, "count": each.count}
        for each in every.findings
    ]
    data = json.dumps({**facts, "findings": found}, indent=1).encode()
    return Evidence(name, caption or _caption(facts), facts, data, JSON)


def scan_bytes(markers: Sequence[Marker], held: Places) -> int:
    """How many of the markers are in it. For what is shown on the way; evidence has a control."""
    return _distinct(_searched(Scanner(markers), held))


def _searched(scanner: Scanner, places: Places) -> Report:
    return sum((_place(scanner, name, what) for name, what in places.items()), Report())


def _place(scanner: Scanner, name: str, what: bytes | Path) -> Report:
    if isinstance(what, bytes):
        return scanner.scan(what, name)
    if what.is_dir():
        return scanner.scan_folder(what)
    return scanner.scan(what.read_bytes(), name)


def _in_memory(memory: Memory, scanner: Scanner) -> Report:
    """What was found of the markers; nothing scanned where the planted one could not be found."""
    quick, found = Scanner([memory.common, memory.planted]), Report()
    for pid in memory.pids:
        try:
            looked = quick.scan_memory(pid)
        except UnreadableError:
            continue  # the fact `memory` says how much was searched
        seen = {finding.marker for finding in looked.findings}
        if memory.common.name in seen:
            found += scanner.scan_memory(pid)
        elif memory.planted.name in seen:
            found += Report((), looked.scanned, looked.places)
    return found


def _distinct(report: Report) -> int:
    return len({finding.marker for finding in report.findings})


def _caption(facts: Mapping[str, Fact]) -> Words:
    found, markers, searched = facts["found"], facts["markers"], facts["bytes"]
    return Words(
        de=f"Marken gefunden: {found} von {markers} in {dotted(searched)} Bytes.",
        en=f"Markers found: {found} of {markers} in {searched:,} bytes.",
    )
