"""B1: keys swapped at the first contact."""

from pathlib import Path

import pytest

from doorless_lab.scenario import Product
from scenario_runs import check_powers, check_proof, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("B1")


def test_the_powers_are_those_named() -> None:
    check_powers("B1")


def test_a_class_can_follow_it() -> None:
    check_steps("B1")


@pytest.mark.parametrize("name", ["B1-ghost-entry", "B1-taken-back"])
def test_the_proof_is_portable(name: str, tmp_path: Path) -> None:
    check_proof(played("B1").evidence[name], tmp_path)


def test_whoever_looks_later_loses_more() -> None:
    """The number is counted, not written down: it follows the interval."""
    assert fact("B1", "in the log", "read") == 6
    later = {"audit.minutes": 120}
    assert fact("B1", "in the log", "read", settings=later) == 12
    assert fact("B1", "in the log", "minutes", settings=later) == 120


def test_without_a_log_nobody_notices() -> None:
    assert fact("B1", "no log", "alarms", Product.LEGACY) == 0
