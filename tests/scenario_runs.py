"""Scenarios of the lab, played for tests: once for each scenario and product."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from doorless_lab.catalogue import find
from doorless_lab.runner import Conditions, Played, play
from doorless_lab.scenario import Evidence, Power, Product
from doorless_verify.__main__ import main as doorless_verify


def played(
    id: str, product: Product = Product.E2EE, settings: Mapping[str, int] | None = None
) -> Played:
    return _played(id, product, tuple(sorted((settings or {}).items())))


@cache
def _played(id: str, product: Product, settings: tuple[tuple[str, int], ...]) -> Played:
    return asyncio.run(play(find(id), product, Conditions(settings=dict(settings))))


def check_verdicts(id: str) -> None:
    """Every verdict is the one expected, and was reached from evidence."""
    for product in find(id).products:
        for judged in played(id, product).judged:
            assert judged.verdict is not None, f"{id} {judged.cell.what.en}: evidence is missing"
            said = f"{judged.verdict.outcome}, {judged.verdict.number}: {judged.verdict.because.en}"
            assert judged.agrees, f"{id} {judged.cell.what.en}: {said}"


def check_powers(id: str) -> None:
    """Whoever attacks held a handle for each power that the scenario names, and used each."""
    given = frozenset[Power]().union(*(played(id, one).armed for one in find(id).products))
    assert given == find(id).powers


def check_steps(id: str) -> None:
    """What a class sees: at most four seats, a question somewhere, and one sentence each."""
    for product in find(id).products:
        steps = played(id, product).steps
        assert steps
        for step in steps:
            assert 1 <= len(step.views) <= 4
            assert step.caption.de != step.caption.en
            for caption in (step.caption.de, step.caption.en):
                assert caption.endswith("."), caption
                assert len(caption) <= 160, caption
            if step.question is not None:
                assert len(step.question.answers) > 1
                assert 0 <= step.question.right < len(step.question.answers)
    assert any(step.question for step in played(id).steps)


def check_proof(evidence: Evidence, folder: Path) -> None:
    """The command shown with it accepts it for who pinned the log, and for nobody else."""
    name, file, pin_option, pin = evidence.reproduce.split()[:4]
    assert (name, pin_option) == ("doorless-verify", "--pin")
    (folder / file).write_bytes(evidence.data)
    assert doorless_verify([str(folder / file), "--pin", pin]) == 0
    assert doorless_verify([str(folder / file), "--pin", "0" * 64]) == 1


def fact(
    id: str,
    name: str,
    what: str,
    product: Product = Product.E2EE,
    settings: Mapping[str, int] | None = None,
) -> float:
    return float(played(id, product, settings).evidence[name].facts[what])
