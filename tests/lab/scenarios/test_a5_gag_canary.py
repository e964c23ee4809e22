"""A5: orders of silence, and what becomes known of them."""

import pytest

from doorless_lab.scenario import Outcome
from doorless_lab.scenarios.a5_gag_canary import canary, dated
from scenario_runs import check_powers, check_steps, check_verdicts, fact, played


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("A5")


def test_the_powers_are_those_named() -> None:
    check_powers("A5")


def test_a_class_can_follow_it() -> None:
    check_steps("A5")


def test_each_silence_ends_on_its_day_and_not_before() -> None:
    assert fact("A5", "dated", "days") == 366
    assert fact("A5", "dated", "told before") == fact("A5", "dated", "pages before") == 0
    assert fact("A5", "renewed", "days") == 451
    assert fact("A5", "renewed", "renewals") == 4
    assert fact("A5", "endless", "told") == 0


def test_the_reports_can_be_opened_and_are_marked() -> None:
    held = played("A5").evidence
    silent, after = held["while silent"].data.decode(), held["dated"].data.decode()
    assert "EX-2026" not in silent
    assert "US_WARRANT" not in silent
    assert "US_WARRANT" in after
    assert "SIMULATION / ÜBUNG" in silent
    assert "SIMULATION / ÜBUNG" in after


def test_a_forced_canary_looks_like_a_true_one() -> None:
    first, second = played("A5").evidence["forced"].data.decode().split("\n\n")
    assert first.splitlines()[1:] == second.splitlines()[1:]


@pytest.mark.parametrize(
    ("name", "what", "value"),
    [
        ("while silent", "as if never asked", 0),
        ("dated", "told before", 1),
        ("dated", "pages before", 1),
        ("renewed", "days", -1),
    ],
)
def test_a_notice_too_early_or_never_is_no_detection(name: str, what: str, value: int) -> None:
    held = dict(played("A5").evidence)
    changed = {**held[name].facts, what: value}
    held[name] = type(held[name])(name, held[name].caption, changed)
    assert dated(held).outcome is Outcome.EXPOSED


def test_a_canary_that_is_not_overdue_shows_nothing() -> None:
    held = dict(played("A5").evidence)
    held["canary"] = held["forced"].__class__(
        "canary", held["canary"].caption, {"overdue": 0, "names a demand": False}
    )
    assert canary(held).outcome is Outcome.EXPOSED
