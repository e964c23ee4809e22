"""docs/reference/performance.md, from the figures that are kept and from nothing else.

    python -m benchmarks.NAME --save    # measure, and keep the rows in docs/reference/figures
    python -m benchmarks.table          # write the page

Exits 1 when a goal is missed for which docs/reference/figures/missed.toml says no reason; the
page is written all the same.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.figures import About
from benchmarks.report import number

PAGE = figures.FOLDER.parent / "performance.md"
MISSED = "missed.toml"

PARTS = {
    "protocol": "Protocol",
    "healing": "Healing after a theft",
    "keylog": "Key log",
    "client": "Client: engine and store",
    "tui": "Terminal",
    "relay": "Relay",
    "cluster": "Relay over a cluster",
}
"""The benchmarks, in the order of the page."""

PREFACE = """\
# Performance

Written by `python -m benchmarks.table` from the rows in [figures](figures), which each benchmark
kept by `--save`. Nothing on this page was typed by hand, and a missed goal stays on it.

A figure counts as a ratio between two things measured in the same run on the same machine, in
turns (A B A B), as medians; the absolute numbers only give the scale. A **ratio** says how many
times better than what is beside it ours is, whichever way the unit counts. A **goal** is the ratio
to reach where there is something beside; else it bounds our own figure. The durability of a peer
stands beside its name.
"""

_HEAD = (
    "| work | unit | ours | beside | its | ratio | goal | |\n|---|---|---|---|---|---|---|---|\n"
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a goal is missed: for each row of a benchmark whose work begins so."""

    benchmark: str
    work: str
    because: str

    def is_of(self, row: Row) -> bool:
        return row["benchmark"] == self.benchmark and str(row["work"]).startswith(self.work)


def page(folder: Path = figures.FOLDER) -> str:
    parts = [PREFACE]
    reasons = reasons_in(folder)
    for name, title in PARTS.items():
        path = folder / f"{name}.jsonl"
        if path.is_file():
            parts.append(_part(title, *figures.read(path), reasons))
    return "\n".join(parts)


def unexplained(folder: Path = figures.FOLDER) -> list[Row]:
    """Rows that miss their goal, for which no reason is said."""
    reasons = reasons_in(folder)
    return [
        row
        for name in PARTS
        if (path := folder / f"{name}.jsonl").is_file()
        for row in figures.read(path)[1]
        if row["met"] is False and not any(reason.is_of(row) for reason in reasons)
    ]


def reasons_in(folder: Path) -> list[Reason]:
    path = folder / MISSED
    return [Reason(**each) for each in tomllib.loads(path.read_text()).get("missed", [])]


def _part(title: str, about: About, rows: Sequence[Row], reasons: Sequence[Reason]) -> str:
    versions = ", ".join(f"{name} {found}" for name, found in about.versions.items())
    run = f"{about.date}, `{about.command}`: {about.machine}; {versions}."
    lines = [f"## {title}\n\n{run}\n\n{_HEAD}", *map(_line, rows)]
    missed = [row for row in rows if row["met"] is False]
    because = [
        f"- {reason.because}\n" for reason in reasons if any(reason.is_of(row) for row in missed)
    ]
    if because:
        lines += ["\nMissed, and why:\n\n", *because]
    return "".join(lines)


def _line(row: Row) -> str:
    verdict = {True: "met", False: "**missed**", None: ""}[row["met"]]
    cells = [
        *(row["work"], row["unit"], number(row["ours"]), row["peer_name"] or ""),
        *(number(row["peer"]), number(row["ratio"]), number(row["goal"]), verdict),
    ]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def main() -> int:
    PAGE.write_text(page())
    missing = unexplained()
    for row in missing:
        print(f"missed without a reason: {row['benchmark']}: {row['work']}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
