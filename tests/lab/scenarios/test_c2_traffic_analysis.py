"""C2: who with whom, when, how much."""

from random import Random

import pytest

from doorless_lab.metadata import (
    Log,
    Passing,
    Rhythm,
    Share,
    Written,
    answered_after,
    found,
    named,
    night_guessed,
    sentence_guessed,
    sizes_for,
)
from doorless_lab.scenario import Outcome, Product
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("C2")


def test_the_powers_are_those_named() -> None:
    check_powers("C2")


def test_a_class_can_follow_it() -> None:
    check_steps("C2")


def test_nothing_here_is_green() -> None:
    outcomes = {judged.cell.expected for judged in played("C2").judged}
    assert outcomes <= {Outcome.LIMITED, Outcome.EXPOSED}


def test_the_model_has_the_sizes_and_delays_of_the_real_clients() -> None:
    assert fact("C2", "live", "sizes") == 1
    assert 1.0 <= fact("C2", "live", "receipt least") <= fact("C2", "live", "receipt most") <= 3.5


def test_more_messages_give_more_away_and_more_delay_gives_less() -> None:
    dice = Random(1)
    logs = [Log.draw(dice, 100) for _ in range(40)]
    few, many = (found(logs, count, (1.0, 3.0), dice).hits for count in (1, 8))
    slow = found(logs, 8, (1.0, 120.0), dice).hits
    assert few < many > slow


def test_padding_alone_hides_the_sentence() -> None:
    coarse = {"pad.bucket": 256}
    assert fact("C2", "lengths control", "right", Product.LEGACY) == 100
    assert fact("C2", "lengths control", "right", Product.LEGACY, coarse) == 10


def test_guesses_are_counted() -> None:
    assert sentence_guessed([1, 2, 3, 4]) == 100
    assert sentence_guessed([1, 1, 1, 4]) == 50


def test_an_interval_is_where_the_true_share_lies() -> None:
    """By Wilson's formula, worked out by hand: 0 of 60, and 30 of 60."""
    low, high = Share(0, 60).interval
    assert (round(low, 1), round(high, 1)) == (0.0, 6.0)
    low, high = Share(30, 60).interval
    assert low == pytest.approx(37.7, abs=0.1)
    assert high == pytest.approx(62.3, abs=0.1)


def test_a_log_that_names_the_sender_needs_one_message() -> None:
    lines = Written.draw(Random(2), 50, 10)
    assert [named(lines, 1, count) for count in (1, 10)] == [0, 0]
    assert named([Written(3, 1), Written(0, 1), Written(0, 1)], 1, 3) == 0


def test_the_night_is_where_the_quiet_hours_are() -> None:
    dice = Random(6)
    lived = Rhythm.draw(dice, 30, 200, 0)
    assert lived.begins_at(night_guessed(lived.hours, dice))
    assert sum(lived.hours) == 30 * 200


def test_a_receipt_is_what_passes_next_the_other_way() -> None:
    alice, bob = b"alice", b"bob"
    seen = [Passing(1, bob, 2048), Passing(3, alice, 512), Passing(9, bob, 4096)]
    assert answered_after(bob, alice, seen) == [2]
    assert sizes_for(bob, seen) == [2048, 4096]
