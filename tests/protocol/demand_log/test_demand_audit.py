"""Who reads the whole log sees that it keeps its rules, and where it does not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorless_protocol.demand_log.audit import LONGEST_RENEWAL, Audit
from doorless_protocol.demand_log.entries import (
    MAX_BANDS,
    Band,
    Entry,
    Outcome,
    PeriodEntry,
    Renewal,
    Reveal,
)
from doorless_protocol.demand_log.record import Authority
from doorless_protocol.demand_log.rules import HORIZON
from doorless_protocol.errors import ProofError
from public_demands import DEMAND, FIRST, PERIOD, SLOTS, PublicLog

END = (FIRST + 2) * PERIOD  # of two periods


@pytest.fixture
def log() -> PublicLog:
    log = PublicLog()
    log.period(FIRST, DEMAND.encode(), DEMAND.encode())
    log.period(FIRST + 1)
    return log


def audit(log: PublicLog, *more: Entry) -> Audit:
    found = Audit(log.rules)
    for entry in (*log.entries, *more):
        found.take(entry)
    return found


def test_a_log_that_keeps_its_rules_is_taken_whole(log: PublicLog) -> None:
    log.reveal(FIRST, 0, Outcome.REFUSED)
    log.add(Band(FIRST, FIRST + 1, 0, 0, 9))
    found = audit(log)
    found.check_time(END + PERIOD - 1)
    assert found.opened == {(FIRST, 0): DEMAND}
    assert found.outcomes == {(FIRST, 0): Outcome.REFUSED}
    assert found.size == len(log.entries)


def test_a_period_that_is_missing_is_seen(log: PublicLog) -> None:
    found = audit(log)
    with pytest.raises(ProofError, match="no entry"):
        found.check_time(END + PERIOD)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda log: log.rules,
        lambda _log: PeriodEntry(FIRST + 1, SLOTS, bytes(32)),
        lambda _log: PeriodEntry(FIRST + 3, SLOTS, bytes(32)),
        lambda _log: PeriodEntry(FIRST + 2, SLOTS + 1, bytes(32)),
        lambda log: Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 0), record=other_record())),
        lambda log: Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 0), period=FIRST + 7)),
        lambda _log: Renewal(FIRST, SLOTS, 1),
        lambda _log: Band(FIRST, FIRST + 2, 0, 0, 9),
    ],
)
def test_an_entry_against_the_rules_is_refused(
    log: PublicLog, wrong: Callable[[PublicLog], Entry]
) -> None:
    found = audit(log)
    with pytest.raises(ProofError):
        found.take(wrong(log))


def other_record() -> bytes:
    return replace(DEMAND, authority=Authority.POLICE).encode()


def test_a_log_begins_with_the_rules_that_were_pinned(log: PublicLog) -> None:
    with pytest.raises(ProofError):
        Audit(log.rules).take(log.entries[1])
    with pytest.raises(ProofError):
        Audit(replace(log.rules, slots=5)).take(log.rules)


def test_a_slot_is_laid_open_once(log: PublicLog) -> None:
    log.reveal(FIRST, 0)
    with pytest.raises(ProofError, match="open"):
        audit(log, log.entries[-1])


def test_more_demands_laid_open_than_a_band_says_convict(log: PublicLog) -> None:
    log.add(Band(FIRST, FIRST, 0, 0, 1))
    log.reveal(FIRST, 0)
    found = audit(log)
    with pytest.raises(ProofError, match="2 demands"):
        found.take(Reveal(Outcome.UNDECIDED, log.opened(FIRST, 1)))


def test_a_band_counts_its_own_kind_and_periods_alone(log: PublicLog) -> None:
    log.reveal(FIRST, 0)
    log.reveal(FIRST, 2)  # a dummy
    audit(log, Band(FIRST, FIRST, Authority.POLICE, 0, 0), Band(FIRST + 1, FIRST + 1, 0, 0, 0))
    with pytest.raises(ProofError):
        audit(log, Band(FIRST, FIRST + 1, Authority.COURT, 0, 0))


def aged() -> tuple[PublicLog, int]:
    """A log whose first period has just passed the horizon, and the time."""
    log = PublicLog()
    log.period(FIRST, DEMAND.encode())
    for number in range(1, HORIZON // PERIOD + 1):
        log.period(FIRST + number)
    return log, (FIRST + 1) * PERIOD + HORIZON


def test_behind_the_horizon_of_every_slot_something_is_said() -> None:
    log, now = aged()
    for place in range(1, SLOTS):
        log.reveal(FIRST, place)
    audit(log).check_time(now - 1)
    with pytest.raises(ProofError, match="shut"):
        audit(log).check_time(now)
    audit(log, Renewal(FIRST, 0, now + 1)).check_time(now)
    with pytest.raises(ProofError, match="shut"):
        audit(log, Renewal(FIRST, 0, now)).check_time(now)
    audit(log, Reveal(Outcome.REFUSED, log.opened(FIRST, 0))).check_time(now)


def test_behind_the_horizon_a_band_cannot_have_said_too_many() -> None:
    log, now = aged()
    for place in range(SLOTS):
        log.reveal(FIRST, place)
    audit(log, Band(FIRST, FIRST, 0, 1, 9)).check_time(now)
    with pytest.raises(ProofError, match="fewer"):
        audit(log, Band(FIRST, FIRST, 0, 2, 9)).check_time(now)


def test_a_log_with_more_bands_than_a_reader_takes_is_refused(log: PublicLog) -> None:
    found = audit(log, *[Band(FIRST, FIRST, 0, 0, 9)] * MAX_BANDS)
    with pytest.raises(ProofError, match="more than 1024 bands"):
        found.take(Band(FIRST, FIRST, 0, 0, 9))


def test_a_slot_is_counted_once_in_each_band(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that was made to be read slowly: many bands, and then as many reveals."""
    log, count, looks = PublicLog(), 100, list[int]()
    for number in range(FIRST, FIRST + count // SLOTS):
        log.period(number, *[DEMAND.encode()] * SLOTS)
    last = FIRST + count // SLOTS - 1
    for _ in range(count):
        log.add(Band(FIRST, last, 0, 0, count))
    for number in range(FIRST, last + 1):
        for place in range(SLOTS):
            log.reveal(number, place, Outcome.REFUSED)
    counts = Band.counts_demand
    monkeypatch.setattr(Band, "counts_demand", lambda *a: looks.append(1) or counts(*a))
    assert len(audit(log).opened) == count
    assert len(looks) == count * count


def test_no_slot_is_said_to_stay_shut_for_years(log: PublicLog) -> None:
    """Once would be enough for ever: nobody would be told that secrecy goes on."""
    now = END
    audit(log, Renewal(FIRST, 0, now + LONGEST_RENEWAL)).check_time(now)
    with pytest.raises(ProofError, match="for years"):
        audit(log, Renewal(FIRST, 0, now + LONGEST_RENEWAL + 1)).check_time(now)


def test_a_band_counts_the_demands_of_its_own_periods_alone(log: PublicLog) -> None:
    log.add(Band(FIRST + 1, FIRST + 1, 0, 0, 0))
    log.reveal(FIRST, 0, Outcome.REFUSED)
    assert len(audit(log).opened) == 1
