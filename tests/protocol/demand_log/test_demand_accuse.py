"""Whoever holds a whole demand log shows what it laid open, and accuses it of what it broke."""

from dataclasses import replace

import pytest

from doorless_protocol.demand_log.accuse import Whole
from doorless_protocol.demand_log.entries import Band, Outcome, PeriodEntry, Reveal
from doorless_protocol.demand_log.evidence import Kind, judge, verify
from doorless_protocol.demand_log.record import DUMMY
from public_demands import DEMAND, FIRST, SLOTS, PublicLog


@pytest.fixture
def log() -> PublicLog:
    log = PublicLog()
    log.period(FIRST, DUMMY, DEMAND.encode(), DEMAND.encode())
    log.reveal(FIRST, 1, Outcome.REFUSED)
    return log


def whole(log: PublicLog) -> Whole:
    return Whole(log.rules, log.note(), log.entries)


def accused_of(log: PublicLog, index: int) -> Kind | None:
    bundle = whole(log).accused(index)
    if bundle is None:
        return None
    judge(bundle)  # it says so to anybody
    return bundle.kind


def test_what_was_laid_open_is_shown_to_anybody(log: PublicLog) -> None:
    bundle = whole(log).opened(2)
    assert bundle.kind is Kind.OPENED
    assert "DE_STPO_100A" in judge(bundle)
    with pytest.raises(TypeError):
        whole(log).opened(1)


def test_an_honest_log_is_accused_of_nothing(log: PublicLog) -> None:
    log.add(Band(FIRST, FIRST, 0, 0, 4))
    assert [accused_of(log, index) for index in range(4)] == [None] * 4


def test_a_second_entry_for_a_period_is_accused(log: PublicLog) -> None:
    assert accused_of(log, log.add(PeriodEntry(FIRST, SLOTS, bytes(32)))) is Kind.TWO_PERIODS


def test_a_period_against_its_own_rules_is_accused(log: PublicLog) -> None:
    added = log.add(PeriodEntry(FIRST + 1, SLOTS - 1, bytes(32)))
    assert accused_of(log, added) is Kind.AGAINST_RULES


def test_a_reveal_of_what_was_never_committed_is_accused(log: PublicLog) -> None:
    harmless = replace(DEMAND, accounts=(0, 0)).encode()
    added = log.add(Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 2), record=harmless)))
    assert accused_of(log, added) is Kind.FALSE_REVEAL


def test_more_than_a_band_said_is_accused_whichever_came_first(log: PublicLog) -> None:
    band = log.add(Band(FIRST, FIRST, 0, 0, 1))
    added = log.reveal(FIRST, 2, Outcome.REFUSED)
    assert accused_of(log, band) is None  # by then it was true
    assert accused_of(log, added) is Kind.BAND_EXCEEDED
    later = log.add(Band(FIRST, FIRST, 0, 0, 1))
    assert accused_of(log, later) is Kind.BAND_EXCEEDED


def test_a_reveal_of_a_period_that_the_log_lacks_convicts_nobody(log: PublicLog) -> None:
    added = log.add(Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 2), period=FIRST + 5)))
    assert accused_of(log, added) is None


def test_a_bundle_has_as_many_reveals_as_convict_and_no_more() -> None:
    """Else nobody takes it who judges: of 1,025 entries none is a bundle."""
    log = PublicLog()
    for number in range(FIRST, FIRST + 300):
        log.period(number, *[DEMAND.encode()] * SLOTS)
        for place in range(SLOTS):
            log.reveal(number, place, Outcome.REFUSED)
    added = log.add(Band(FIRST, FIRST + 299, 0, 0, 2))
    bundle = whole(log).accused(added)
    assert bundle is not None
    assert len(bundle.placed) == 4
    assert verify(bundle.encode(), {log.rules.hash.hex()})
