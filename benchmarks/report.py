"""The form that every benchmark reports in: rows, a table or JSON lines, and a verdict.

    python -m benchmarks.NAME [--json] [--check] [--quick] [--save]

A figure counts as a ratio between two things measured in the same run, in turns (A B A B),
as medians: machines differ, and one machine differs from minute to minute.
"""

import argparse
import gc
import json
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks import figures

ROUNDS = 5
"""Turns for each side: the least that a median may stand on."""

QUICK_ROUNDS = 3
"""In the quick form of what takes long: it shows that a benchmark works, and the scale."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report.

    Attributes:
        ours, peer: in `unit`; peer is None where there is none to compare.
        ratio: how many times better than the peer we are, whichever way the unit counts.
        goal: the ratio to reach, or where there is no peer the bound on `ours`.
        met: None where there is nothing to compare.
    """

    benchmark: str
    work: str
    unit: str
    ours: float | None
    peer: float | None
    peer_name: str | None
    ratio: float | None
    goal: float | None
    met: bool | None


class Report:
    """Collects the rows of one benchmark."""

    def __init__(self, benchmark: str) -> None:
        self._benchmark = benchmark
        self.rows: list[Row] = []
        self.versions: dict[str, str] = {}  # of the peers that are programs, by name

    def against(
        self,
        work: str,
        unit: str,
        ours: float,
        peer: float,
        peer_name: str,
        goal: float | None = None,
        *,
        more_is_better: bool = False,
    ) -> None:
        """Ours beside a peer, or a limit; `goal` is the least ratio that will do."""
        ratio = ours / peer if more_is_better else peer / ours
        met = None if goal is None else ratio >= goal
        self._add(work, unit, ours, peer, peer_name, ratio, goal, met)

    def at_most(self, work: str, unit: str, ours: float, bound: float) -> None:
        self._add(work, unit, ours, None, None, None, bound, ours <= bound)

    def at_least(self, work: str, unit: str, ours: float, bound: float) -> None:
        self._add(work, unit, ours, None, None, None, bound, ours >= bound)

    def note(self, work: str, unit: str, ours: float) -> None:
        """A figure without a goal."""
        self._add(work, unit, ours, None, None, None, None, None)

    def skip(self, work: str, peer_name: str, reason: str) -> None:
        """Say what was not measured, and why."""
        self._add(work, "", None, None, f"{peer_name} (skipped: {reason})", None, None, None)

    def _add(
        self,
        work: str,
        unit: str,
        ours: float | None,
        peer: float | None,
        peer_name: str | None,
        ratio: float | None,
        goal: float | None,
        met: bool | None,
    ) -> None:
        row = Row(self._benchmark, work, unit, ours, peer, peer_name, ratio, goal, met)
        self.rows.append(row)

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.met is False]


Fill = Callable[[Report, bool], None]
"""Measures and adds rows; its second argument asks for the quick form."""


def run(
    benchmark: str,
    fill: Fill,
    packages: Sequence[str] = (),
    arguments: Sequence[str] | None = None,
    more: Mapping[str, tuple[str, Fill]] | None = None,
) -> int:
    """Measure, print, and return the exit code: 1 when `--check` finds a goal missed.

    Args:
        packages: distributions whose versions belong beside the figures.
        more: what is measured as well where its flag is given: by flag, a help text and how.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{benchmark}")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, under a minute")
    parser.add_argument("--save", action="store_true", help="keep the rows for benchmarks.table")
    for flag, (text, _) in (more or {}).items():
        parser.add_argument(f"--{flag}", action="store_true", help=text)
    chosen = parser.parse_args(arguments)
    report = Report(benchmark)
    fill(report, chosen.quick)
    asked = [flag for flag in more or {} if getattr(chosen, flag)]
    for flag in asked:
        (more or {})[flag][1](report, chosen.quick)
    if chosen.json:
        for row in report.rows:
            print(json.dumps(asdict(row)))
    else:
        print_table(report.rows, packages, report.versions)
    if chosen.save:
        flags = [f"--{flag}" for flag in (*asked, "quick") if getattr(chosen, flag)]
        command = " ".join([parser.prog, *flags])
        rows = map(asdict, report.rows)
        figures.save(benchmark, command, rows, packages, report.versions)
    return 1 if chosen.check and report.missed else 0


def print_table(
    rows: Sequence[Row], packages: Sequence[str], programs: Mapping[str, str] | None = None
) -> None:
    cells = [("work", "unit", "ours", "peer", "beside", "ratio", "goal", "")]
    cells += [
        (
            row.work,
            row.unit,
            number(row.ours),
            number(row.peer),
            row.peer_name or "",
            number(row.ratio),
            number(row.goal),
            {True: "met", False: "MISSED", None: ""}[row.met],
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )
    print()
    print(f"Python {platform.python_version()}, {platform.machine()}, {sys.platform}")
    for name in packages:
        print(f"{name} {figures.version_of(name)}")
    for name, found in (programs or {}).items():
        print(f"{name} {found}")


def alternate(sides: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Ask each side in turn, `rounds` times over (A B A B), and return the median of each."""
    seen: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            gc.collect()
            seen[name].append(measure())
    return {name: statistics.median(values) for name, values in seen.items()}


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
