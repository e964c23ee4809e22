"""A pytest plugin that writes docs/reference/attacks.md from the verdicts of the attack tests.

    make attacks

Nothing in the table is written by hand: id and claim come from the mark (conftest.py), the
verdicts from this run. A run that fails writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[1] / "docs/reference/attacks.md"

HEAD = """\
# Attacks, and the tests that play them

Made by `make attacks`; do not edit. The README names the section of the specification that each
protection rests on, and leads here. Each test runs twice: *defended*, as the product is, when
the attack has to fail; and as its *twin*, with the defence that the row names taken away, when
the same test has to fail. A test that passes without its defence could not see the attack.
The last two columns count the runs in which that was so.

| id | claim | defence taken away in the twin | test | defended | twin |
|---|---|---|---|---|---|
"""


@dataclass
class Row:
    id: str
    claim: str
    defences: tuple[str, ...]
    test: str
    defended: int = 0
    twins: int = 0
    skipped: list[str] = field(default_factory=list)

    def cells(self, *, first: bool) -> str:
        """As a row; the first of an attack is where links to the attack lead."""
        anchor = f'<a id="{self.id}"></a>' if first else ""
        defences = ", ".join(f"`{defence}`" for defence in self.defences)
        left_out = f", skipped: {self.skipped[0]}" if self.skipped else ""
        test = f"[`{self.test}`](../../{self.test.partition('::')[0]})"
        cells = (anchor + self.id, self.claim, defences, test)
        runs = (f"held {self.defended}", f"fell {self.twins}{left_out}")
        return f"| {' | '.join(cells + runs)} |"


class Table:
    """Gathers the rows while the tests run."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self._of: dict[str, list[Row]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("attack"):
                attack, claim = mark.args
                row = Row(attack, claim, tuple(mark.kwargs["weaken"]), test)
                known = self.rows.setdefault((attack, test), row)
                self._of.setdefault(item.nodeid, []).append(known)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        twin = "twin" in report.nodeid.partition("[")[2].rstrip("]").split("-")
        for row in self._of.get(report.nodeid, []):
            if report.skipped:
                row.skipped.append(str(report.longrepr[2] if report.longrepr else ""))  # type: ignore[index]
            elif report.when == "call" and report.passed:
                row.twins += twin
                row.defended += not twin

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            TABLE.parent.mkdir(parents=True, exist_ok=True)
            TABLE.write_text(HEAD + "".join(_lines(self.rows)), encoding="utf-8")


def _lines(rows: dict[tuple[str, str], Row]) -> Iterator[str]:
    before = ""
    for attack, test in sorted(rows):
        yield rows[attack, test].cells(first=attack != before) + "\n"
        before = attack


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Table(), "attack-table")
