"""What is not in its one form is refused, wherever it stands."""

from dataclasses import replace

import pytest

from doorless_protocol.demand_log import evidence as module
from doorless_protocol.demand_log.entries import Outcome, PeriodEntry, decode_entry
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, verify
from doorless_protocol.demand_log.proof import Placed
from doorless_protocol.demand_log.record import (
    DUMMY,
    RECORD_SIZE,
    SlotRecord,
    document_commitment,
)
from doorless_protocol.demand_log.rules import Rules, origin_of
from doorless_protocol.demand_log.slot import OpenedSlot
from doorless_protocol.encoding import Reader
from doorless_protocol.errors import MalformedError, ProofError
from public_demands import DEMAND, FIRST, PERIOD, PublicLog


@pytest.fixture
def log() -> PublicLog:
    log = PublicLog()
    log.period(FIRST, DUMMY, DEMAND.encode())
    log.reveal(FIRST, 1, Outcome.REFUSED)
    return log


def bundle(log: PublicLog, kind: Kind, *placed: Placed) -> bytes:
    return DemandEvidence(kind, log.rules, placed).encode()


def refused(log: PublicLog, kind: Kind, *placed: Placed) -> None:
    with pytest.raises(ProofError):
        verify(bundle(log, kind, *placed), {log.rules.hash.hex()})


def test_a_bundle_of_the_wrong_entries_proves_nothing(log: PublicLog) -> None:
    period, reveal = log.placed(1), log.placed(2)
    refused(log, Kind.AGAINST_RULES, period, reveal)
    refused(log, Kind.AGAINST_RULES, reveal)
    refused(log, Kind.OPENED, reveal, period)
    refused(log, Kind.OPENED, reveal)
    other = log.placed(log.period(FIRST + 1))
    refused(log, Kind.FALSE_REVEAL, other, log.placed(2))


def test_a_bundle_that_is_too_long_or_empty_or_unknown_is_refused(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bundle(log, Kind.AGAINST_RULES, log.placed(1))
    at = len(module.MAGIC)
    for wrong in (
        whole[:at] + b"L9" + whole[at + 2 :],
        whole[:at] + b"\xff\xff" + whole[at + 2 :],
        bundle(log, Kind.AGAINST_RULES),
    ):
        with pytest.raises(MalformedError):
            DemandEvidence.decode(wrong)
    monkeypatch.setattr(module, "MAX_EVIDENCE", len(whole) - 1)
    with pytest.raises(MalformedError, match="at most"):
        DemandEvidence.decode(whole)


def test_paths_that_no_log_has_are_refused(log: PublicLog) -> None:
    endless = (bytes(32),) * 70
    with pytest.raises(MalformedError, match="path"):
        Placed.read(Reader(replace(log.placed(1), path=endless).encode(), "entry"))
    with pytest.raises(MalformedError, match="path"):
        OpenedSlot.read(Reader(replace(log.opened(FIRST, 1), path=endless).encode(), "slot"))


def test_numbers_without_a_meaning_are_refused(log: PublicLog) -> None:
    reveal = bytearray(log.entries[2].encode())
    reveal[4] = 77
    with pytest.raises(MalformedError, match="outcome"):
        decode_entry(bytes(reveal))
    record = bytearray(DEMAND.encode())
    of_a_court = record.index(bytes((DEMAND.authority,)), 8)
    record[of_a_court] = 77
    with pytest.raises(MalformedError, match="authority"):
        SlotRecord.decode(bytes(record))
    with pytest.raises(MalformedError, match=f"not {RECORD_SIZE}"):
        SlotRecord.decode(DEMAND.encode()[:-1])
    with pytest.raises(ValueError, match="blind"):
        document_commitment(b"short", b"a demand")


def test_rules_are_ascii_and_number_their_periods(log: PublicLog) -> None:
    assert origin_of("relay.test") == log.rules.origin
    assert log.rules.period_of(PERIOD * FIRST + 5) == FIRST
    encoded = bytearray(log.rules.encode())
    encoded[5] = 0xE4
    with pytest.raises(MalformedError, match="ASCII"):
        Rules.decode(bytes(encoded))


def test_a_period_before_the_log_began_is_against_its_rules(log: PublicLog) -> None:
    added = log.add(PeriodEntry(FIRST - 1, log.rules.slots, bytes(32)))
    what = verify(bundle(log, Kind.AGAINST_RULES, log.placed(added)), {log.rules.hash.hex()})[1]
    assert "against its own rules" in what
