"""B8: the quantum protection is stripped before anything is sealed."""

from doorless_lab.products.legacy import negotiated
from doorless_lab.scenario import Product
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("B8")


def test_the_powers_are_those_named() -> None:
    check_powers("B8")


def test_a_class_can_follow_it() -> None:
    check_steps("B8")


def test_the_same_client_seals_to_the_bundle_that_nobody_changed() -> None:
    assert fact("B8", "stripped", "control") == 1
    assert fact("B8", "stripped", "waiting") == fact("B8", "stripped", "attempts") == 4


def test_every_other_version_and_suite_was_tried() -> None:
    assert fact("B8", "older", "claims") == 256 * 256 - 1
    assert fact("B8", "in flight", "older forms") == 2 * 255


def test_the_ends_of_a_stripped_handshake_hold_different_hashes() -> None:
    facts = played("B8").evidence["transcript"].facts
    assert facts["alice"] != facts["bob"]


def test_a_client_that_negotiates_loses_all_and_only_when_it_is_lied_to() -> None:
    assert negotiated(("pqxdh", "x3dh")) == "pqxdh"
    assert fact("B8", "negotiated", "read", Product.LEGACY) == 24
    assert fact("B8", "negotiated", "read without interference", Product.LEGACY) == 0
