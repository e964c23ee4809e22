"""E2: the key that opens everything gets away."""

from doorless_lab.scenario import Product
from scenario_runs import check_powers, check_steps, check_verdicts, fact


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("E2")


def test_the_powers_are_those_named() -> None:
    check_powers("E2")


def test_a_class_can_follow_it() -> None:
    check_steps("E2")


def test_revoking_protects_as_many_as_renewed_their_program() -> None:
    assert fact("E2", "new", "read", Product.MANDATED) == 4
    most = {"updated": 75}
    assert fact("E2", "new", "read", Product.MANDATED, most) == 2
    assert fact("E2", "old", "read", Product.MANDATED, most) == 24
