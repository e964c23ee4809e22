"""C1: change, replay, reorder, drop, block."""

from doorless_lab.plays.tamper import PARTS
from doorless_lab.scenario import Product
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("C1")


def test_the_powers_are_those_named() -> None:
    check_powers("C1")


def test_a_class_can_follow_it() -> None:
    check_steps("C1")


def test_every_bit_of_an_envelope_was_flipped_in_every_part_of_it() -> None:
    evidence = played("C1").evidence["flips"]
    assert evidence.facts["flips"] == 8 * 2048 == 8 * len(evidence.data)
    assert all(fact("C1", "flips", f"{part}: flips") for part in PARTS)
    assert not any(evidence.data)


def test_what_was_dropped_is_counted_exactly() -> None:
    more = {"messages": 30, "flips": 128}
    assert fact("C1", "drops", "reported", settings=more) == 10
    assert fact("C1", "drops", "shown", settings=more) == 20


def test_without_a_tag_every_flipped_bit_is_believed() -> None:
    facts = played("C1", Product.LEGACY).evidence["no tag"].facts
    assert facts["accepted"] == facts["flips"]
    assert facts["read"] == "pay 900 to Bob"
