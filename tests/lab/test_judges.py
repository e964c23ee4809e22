"""Judges see facts and nothing else; without facts there is no verdict."""

import pytest

from doorless_lab.judges import alarm, attempts, healed, reduced
from doorless_lab.scenario import Evidence, Fact, Held, Outcome
from doorless_lab.words import Words, same


def held(name: str, **facts: Fact) -> Held:
    return {name: Evidence(name, same(name), facts)}


@pytest.mark.parametrize(
    ("by", "asked", "outcome"),
    [
        ("bob", "", Outcome.DETECTED),
        ("bob", "bob", Outcome.DETECTED),
        ("bob", "alice", Outcome.EXPOSED),
        ("", "", Outcome.EXPOSED),
    ],
)
def test_an_alarm_counts_by_who_raised_it(by: str, asked: str, outcome: Outcome) -> None:
    verdict = alarm(by=asked)(held("alarm", by=by, after=3))
    assert (verdict.outcome, verdict.number) == (outcome, 3)


def test_an_alarm_is_told_with_its_number() -> None:
    verdict = alarm()(held("alarm", by="bob", after=3))
    assert verdict.because.de == "Bob schlug nach 3 Nachrichten Alarm."


@pytest.mark.parametrize(
    ("read", "last", "outcome"),
    [(0, 0, Outcome.PREVENTED), (2, 3, Outcome.HEALED), (10, 10, Outcome.EXPOSED)],
)
def test_healed_is_who_was_read_and_then_was_not(read: int, last: int, outcome: Outcome) -> None:
    verdict = healed()(held("healing", messages=10, read=read, last=last))
    assert (verdict.outcome, verdict.number) == (outcome, last)


@pytest.mark.parametrize(("succeeded", "outcome"), [(0, Outcome.PREVENTED), (1, Outcome.EXPOSED)])
def test_one_attempt_that_succeeds_is_enough(succeeded: int, outcome: Outcome) -> None:
    assert attempts()(held("attempts", tried=9, succeeded=succeeded)).outcome is outcome


def test_what_was_never_tried_was_not_prevented() -> None:
    with pytest.raises(KeyError):
        attempts()(held("attempts", tried=0, succeeded=0))


@pytest.mark.parametrize(
    ("left", "outcome"), [(0, Outcome.PREVENTED), (3, Outcome.LIMITED), (9, Outcome.EXPOSED)]
)
def test_reduced_lies_between_nothing_and_all(left: int, outcome: Outcome) -> None:
    words = Words("{with_defence} statt {without}.", "{with_defence} instead of {without}.")
    verdict = reduced("sizes", words)(held("sizes", with_defence=left, without=9))
    assert verdict.outcome is outcome
    assert verdict.because.de == f"{left} statt 9."


@pytest.mark.parametrize("judge", [alarm(), healed(), attempts()])
def test_a_fact_that_is_missing_makes_no_verdict(judge: object) -> None:
    with pytest.raises(KeyError):
        judge({})  # type: ignore[operator]
    with pytest.raises(KeyError):
        attempts()(held("attempts", tried="many", succeeded=0))
