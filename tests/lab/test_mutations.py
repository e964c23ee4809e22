"""Green verdicts mean something: take one defence away, and the verdict about it turns red.

make lab-mutations      plays every row of mutations.toml; `make test` a sample
"""

import asyncio
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import lab_mutants
from doorless_lab.catalogue import find
from doorless_lab.runner import Conditions, Judged, play
from doorless_lab.scenario import Product

TABLE = Path(__file__).with_name("mutations.toml")
ALL = os.environ.get("DOORLESS_LAB_MUTATIONS") == "all"


@dataclass(frozen=True)
class Mutation:
    """One row.

    Attributes:
        patch: dotted name of the product's, and what takes its place.
    """

    what: str
    scenario: str
    cell: str
    patch: Mapping[str, str | int]
    product: Product = Product.E2EE
    settings: Mapping[str, int] = field(default_factory=dict[str, int])

    def __str__(self) -> str:
        return f"{self.scenario}: {self.what}"

    def judged(self) -> Judged:
        """The row's cell, as a run of now has it."""
        scenario = find(self.scenario)
        played = asyncio.run(play(scenario, self.product, Conditions(settings=self.settings)))
        return next(one for one in played.judged if one.cell.what.en == self.cell)


def _read() -> list[Mutation]:
    rows = tomllib.loads(TABLE.read_text())["mutation"]
    return [
        Mutation(**{**row, "product": Product(row.get("product", Product.E2EE))}) for row in rows
    ]


MUTATIONS = _read()
QUICK = [one for one in MUTATIONS if one.scenario[0] != "A"]  # those start a relay's process
SAMPLE = pytest.mark.parametrize("mutation", MUTATIONS if ALL else QUICK[::8], ids=str)


def test_there_are_at_least_fifteen_and_each_names_a_verdict() -> None:
    assert len(MUTATIONS) >= 15
    for mutation in MUTATIONS:
        cells = [one for one in find(mutation.scenario).cells if one.product is mutation.product]
        assert mutation.cell in [one.what.en for one in cells], mutation
        assert mutation.patch


def test_each_scenario_about_keys_networks_devices_and_doors_has_one() -> None:
    keys, devices = {"B1", "B3", "B5", "B8", "C1", "C2", "C3"}, {"D1", "D2", "D3"}
    doors = {"E1", "E2", "E3", "E4", "E5"}
    assert keys | devices | doors <= {one.scenario for one in MUTATIONS}


@SAMPLE
def test_without_its_defence_the_verdict_is_red(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, replacement in mutation.patch.items():
        monkeypatch.setattr(name, _meant(replacement))
    judged = mutation.judged()
    assert judged.verdict is not None, "invalid, not red: the evidence is missing"
    print(f"{mutation}: {judged.verdict.outcome}, {judged.verdict.because.en}")
    assert not judged.agrees, "the verdict does not depend on this defence"


def _meant(replacement: str | int) -> Any:
    return getattr(lab_mutants, replacement) if isinstance(replacement, str) else replacement
