"""docs/reference/reliability.md: from marks, kept figures and anchors.toml, and from nothing else.

    PYTHONPATH=tests python -m reliability           write the page
    PYTHONPATH=tests python -m reliability --check   exit 1 when it is another, or lacks something

What is measured is kept by figures.py, as a plugin of pytest; on_page.py picks the tests.
"""

import argparse
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from claims import ROOT, Claim, claims, promises
from figures import FELL, FOLDER, HELD, ORDINARY, Figure, read

PAGE = ROOT / "docs/reference/reliability.md"
ANCHORS = Path(__file__).with_name("anchors.toml")

PARTS = {
    "What the relay promises": [f"P{n}" for n in range(1, 9)],
    "The relay under load, fault and attack": [f"S{n:02}" for n in range(1, 29)],
    "The client under fault": [f"X{n:02}" for n in range(1, 17)],
    "The programs themselves": ["P06", "P08", "P09", "P10", "N05", "N06", "N07", "N08"],
}
"""The rows, which the page has whether anything shows them or not."""

HEAD = """\
# Reliability

What the relay promises, what is done to it and to the client, which test shows it, and what was
reached. Written by `make reliability` from the marks of the tests, from the figures that tests and
commands recorded in [figures](figures), and from [the figures of others](../../tests/anchors.toml)
with their sources. Nothing on this page was typed by hand, and a missed goal stays on it.

*Held* counts the runs of the tests, in which an attack has to fail; *without its defence* those of
their twins, in which the same attack has to get through ([how](attacks.md)). A figure stands with
its goal; speed and memory are compared on [another page](performance.md). Where nothing stands
under *elsewhere*, we know of nobody who publishes a figure.
"""

COLUMNS = """\
| id | promise or attack, and the test that shows it | figure reached | elsewhere |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What somebody else reached, or promises."""

    id: str
    figure: str
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure, and the command by which it is measured again."""

    figure: Figure
    command: str


def ids() -> list[str]:
    return [each for part in PARTS.values() for each in part]


def anchors() -> list[Anchor]:
    return [Anchor(**each) for each in tomllib.loads(ANCHORS.read_text())["anchor"]]


def kept(folder: Path = FOLDER) -> dict[str, list[Kept]]:
    """By id. What a command of its own measured takes the place of an ordinary run's."""
    found: dict[tuple[str, str, str], Kept] = {}
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.stem != ORDINARY):
        if is_ours(path):
            about, figures = read(path)
            for each in figures:
                verdict = each.test if each.what in (HELD, FELL) else ""
                found[each.id, each.what, verdict] = Kept(each, about.command)
    by_id: dict[str, list[Kept]] = defaultdict(list)
    for key in sorted(found):
        by_id[key[0]].append(found[key])
    return by_id


def is_ours(path: Path) -> bool:
    """Do its rows have an id? The benchmarks keep other rows in the same folder."""
    return '"id": "' in path.read_text(encoding="utf-8").partition("\n")[2][:200]


def page(folder: Path = FOLDER) -> str:
    reached, shown, elsewhere = kept(folder), defaultdict(list), defaultdict(list)
    for claim in claims():
        shown[claim.id].append(claim)
    for anchor in anchors():
        elsewhere[anchor.id].append(f"{anchor.figure} ({anchor.source})")
    lines = [HEAD, *_runs(folder)]
    for title, part in PARTS.items():
        lines.append(f"\n## {title}\n\n{COLUMNS}")
        for each in part:
            lines.append(_row(each, shown[each], reached.get(each, []), elsewhere[each]))
    return "".join(lines)


def missing(folder: Path = FOLDER) -> list[str]:
    """What the page lacks."""
    reached, shown = kept(folder), {claim.id for claim in claims()}
    lacks = [f"{each}: no test" for each in ids() if each not in shown]
    lacks += [f"{each}: no figure" for each in ids() if each not in reached]
    rows = [row for part in reached.values() for row in part]
    return lacks + [
        f"{row.figure.id}: {row.figure.what} missed" for row in rows if not row.figure.met
    ]


def _runs(folder: Path) -> Iterator[str]:
    yield "\n"
    for path in sorted(folder.glob("*.jsonl")):
        if is_ours(path):
            about, _ = read(path)
            python = about.versions["Python"]
            yield f"- `{about.command}`: {about.date}, {about.machine}, Python {python}\n"


def _row(of: str, shown: list[Claim], reached: list[Kept], elsewhere: list[str]) -> str:
    said = [promises()[of]] if of in promises() else []
    said += [f"[{claim.words}](../../{claim.file})" for claim in shown]
    cells = (f'<a id="{of}"></a>{of}', said, [*_figures(reached)], elsewhere)
    return f"| {' | '.join(c if isinstance(c, str) else '<br>'.join(c) for c in cells)} |\n"


def _figures(reached: Iterable[Kept]) -> Iterator[str]:
    rows = list(reached)
    held, fell = (sum(r.figure.figure for r in rows if r.figure.what == of) for of in (HELD, FELL))
    if held:
        twin = f"; fell in {_number(fell)} without its defence" if fell else ""
        yield f"held in {_number(held)} runs{twin}"
    for row in rows:
        figure = row.figure
        if figure.what in (HELD, FELL):
            continue
        goal = f" (goal {_signed(figure.target)})" if figure.target else ""
        missed = "" if figure.met else " **missed**"
        command = "" if row.command == f"make {ORDINARY}" else f" `{row.command}`"
        reached_ = f"{_number(figure.figure)} {figure.unit}".rstrip()
        yield f"{figure.what}: **{reached_}**{goal}{missed}{command}"


def _signed(target: str) -> str:
    sign, _, bound = target.partition(" ")
    return f"{ {'<=': '≤', '>=': '≥', '==': ''}[sign] } {_number(float(bound))}".strip()


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m reliability")
    parser.add_argument("--check", action="store_true", help="write nothing")
    checks, made, lacks = parser.parse_args().check, page(), missing()
    if not checks:
        PAGE.write_text(made, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != made:
        lacks.append("the page is not what the figures give")
    for each in lacks:
        print(each, file=sys.stderr)
    return 1 if checks and lacks else 0


if __name__ == "__main__":
    sys.exit(main())
