"""Figures that tests reached, kept for docs/reference/reliability.md; also a pytest plugin.

    PYTHONPATH=tests python -m pytest -p figures --figures docs/reference/figures/crash.jsonl ...

A test says what it measured by the fixture `record` (conftest.py). A run without the plugin keeps
nothing; a run that fails keeps nothing either. What other tests reached in earlier runs stays in
the file, so a part of a long command can be run again alone. Then

    PYTHONPATH=tests python -m reliability

writes the page.
"""

import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from benchmarks import figures as kept

from claims import claims

FOLDER = kept.FOLDER
ORDINARY = "reliability"
"""The file of the tests as they always run."""

RECORDED = "figure"
"""Under which name a test's report carries what was recorded."""

HELD, FELL = "runs in which the attack failed", "runs in which it got through without its defence"
"""Of an attack test and its twin."""

COMPARISONS = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Figure:
    """What was reached, beside what is asked.

    Attributes:
        id: of the attack catalogue, or the relay's promise.
        what: a short noun phrase, the same in every run; with `id` it is the key.
        target: "<= 250", ">= 5000" or "== 0", in `unit`; "" where nothing is asked.
        test: that measured it; "" for a command that is no test.
        date: the day in UTC.
    """

    id: str
    what: str
    figure: float
    unit: str = ""
    target: str = ""
    test: str = ""
    date: str = ""

    @property
    def met(self) -> bool:
        if not self.target:
            return True
        sign, _, bound = self.target.partition(" ")
        return bool(COMPARISONS[sign](self.figure, float(bound)))


def read(path: Path) -> tuple[kept.About, list[Figure]]:
    about, rows = kept.read(path)
    return about, [Figure(**row) for row in rows]


def write(path: Path, figures: Iterable[Figure], *, command: str = "") -> None:
    """Keep these in the place of what the file held; without a `command` it is `make NAME`."""
    today = datetime.now(UTC).date().isoformat()
    rows = [asdict(each) | {"date": each.date or today} for each in figures]
    kept.save(path.stem, command or f"make {path.stem}", rows, folder=path.parent)


def merged(path: Path, figures: Sequence[Figure], ran: Iterable[str]) -> list[Figure]:
    """These, and what the file has of tests that did not run this time."""
    known = read(path)[1] if path.is_file() else []
    again = set(ran)
    stays = [each for each in known if each.test not in again]
    return sorted([*stays, *figures], key=lambda each: (each.id, each.what))


class Keeping:
    """Gathers what was recorded, also from the processes of pytest-xdist."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.figures: dict[tuple[str, str], Figure] = {}
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self.ran: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or not report.passed:
            return
        test, _, parameters = report.nodeid.partition("[")
        self.ran.add(test)
        self.verdicts[test, FELL if "twin" in parameters.rstrip("]").split("-") else HELD] += 1
        for name, said in report.user_properties:
            if name == RECORDED and isinstance(said, Mapping):
                figure = Figure(**said, test=test)
                self.figures[figure.id, figure.what] = worse(
                    self.figures.get((figure.id, figure.what)), figure
                )

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            verdicts = list(self._verdicts()) if self.path.stem == ORDINARY else []
            found = [*self.figures.values(), *verdicts]
            write(self.path, merged(self.path, found, self.ran))

    def _verdicts(self) -> Iterator[Figure]:
        for claim in claims():
            for what in (HELD, FELL):
                if count := self.verdicts[claim.test, what]:
                    yield Figure(claim.id, what, count, test=claim.test)


def worse(one: Figure | None, other: Figure) -> Figure:
    """Of a thing measured twice in a run (over ws and wss, say), what is farther from its goal."""
    if one is None:
        return other
    more_is_better = other.target.startswith(">=")
    return other if (other.figure < one.figure) == more_is_better else one


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="keep what the tests record in this file")


def pytest_configure(config: pytest.Config) -> None:
    path: Any = config.getoption("--figures")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeping(path), "figures-kept")
