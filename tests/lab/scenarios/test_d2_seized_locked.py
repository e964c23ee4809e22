"""D2: the device is locked, and what counts is the price of a guess."""

import pytest

from doorless_client.key_file import FLOOR, Cost
from doorless_lab.doors.guessing import KINDS, REDUCED, Hardware, Locked, search
from doorless_protocol.errors import ForgedError
from scenario_runs import check_powers, check_steps, check_verdicts, played

H100 = Hardware(3.35e12, 0.75, 250)


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("D2")


def test_the_powers_are_those_named() -> None:
    check_powers("D2")


def test_a_class_can_follow_it() -> None:
    check_steps("D2")


def test_the_live_search_says_that_its_cost_is_reduced() -> None:
    live = played("D2").evidence["live"]
    assert live.facts["reduced"] is True
    [step] = [one for one in played("D2").steps if live in one.evidence]
    shown = [each.text for lines in step.views.values() for each in lines]
    assert any("VERRINGERT" in text.de and "REDUCED" in text.en for text in shown)


def test_what_is_measured_is_the_products_own_derivation() -> None:
    measured = played("D2").evidence["measured"].facts
    assert (measured["memory"], measured["passes"]) == (FLOOR.memory, FLOOR.passes)
    assert float(measured["milliseconds a guess"]) > 10 * 1000 / float(
        played("D2").evidence["live"].facts["guesses a second"]
    )


@pytest.mark.parametrize(
    ("kind", "cost", "dollars"),
    [
        ("6 digits", FLOOR, 0.07),
        ("8 digits", FLOOR, 7),
        ("leaked list", FLOOR, 74),
        ("8 letters and digits", FLOOR, 209_000),
        ("4 words", FLOOR, 271e6),
        ("5 words", FLOOR, 2.1e12),
        ("8 digits", Cost(4, 2**30), 163),
    ],
)
def test_the_model_gives_the_published_prices(kind: str, cost: Cost, dollars: float) -> None:
    assert H100.dollars(kind, cost) == pytest.approx(dollars, rel=0.07)


def test_the_model_agrees_with_two_published_rates() -> None:
    """Argon2id of 16 MiB and 3 passes: about 20,000 a second on an H100, 10,000 on an RTX 5090."""
    cost = Cost(3, 16 * 2**20)
    assert H100.rate(cost) == pytest.approx(20_000, rel=0.1)
    assert Hardware(1.79e12, 0.75, 0).rate(cost) == pytest.approx(10_000, rel=0.1)


def test_a_search_finds_what_is_there_and_nothing_else() -> None:
    locked = Locked.under("07", bytes(32), bytes, Cost(1, 8192))
    assert search(locked, digits=2).pin == "07"
    assert search(Locked.under("123", bytes(32), bytes, Cost(1, 8192)), digits=2).pin == ""
    with pytest.raises(ForgedError):
        locked.opened("08")


def test_the_lab_reduces_nothing_but_the_cost() -> None:
    assert REDUCED.memory < FLOOR.memory
    assert KINDS["6 words"] == 7776**6


def test_other_hardware_moves_the_price() -> None:
    slow = Hardware(3.35e11, 0.75, 250)
    assert slow.dollars("8 digits", FLOOR) == pytest.approx(10 * H100.dollars("8 digits", FLOOR))
