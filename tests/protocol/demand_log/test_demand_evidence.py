"""What an outsider holds convicts a demand log that lied, and no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from doorless_protocol.demand_log.entries import Band, Outcome, PeriodEntry, Reveal
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, verify
from doorless_protocol.demand_log.proof import Placed
from doorless_protocol.demand_log.record import DUMMY
from doorless_protocol.errors import ForgedError, MalformedError, ProofError, UnpinnedError
from doorless_verify.__main__ import main
from public_demands import DEMAND, FIRST, SIGNER, SLOTS, PublicLog


@pytest.fixture
def log() -> PublicLog:
    log = PublicLog()
    log.period(FIRST, DUMMY, DEMAND.encode(), DEMAND.encode())
    log.reveal(FIRST, 1, Outcome.REFUSED)
    log.reveal(FIRST, 2, Outcome.REFUSED)
    return log


def judged(log: PublicLog, kind: Kind, *placed: Placed) -> str:
    bundle = DemandEvidence(kind, log.rules, placed)
    found, what = verify(bundle.encode(), {log.rules.hash.hex()})
    assert found == bundle
    return what


def test_a_slot_that_was_laid_open_is_shown_to_anybody(log: PublicLog) -> None:
    what = judged(log, Kind.OPENED, log.placed(1), log.placed(2))
    assert "a demand under DE_STPO_100A of a court authority (DE)" in what
    log.reveal(FIRST, 0)
    assert judged(log, Kind.OPENED, log.placed(1), log.placed(4)).endswith("is a dummy")


def test_two_entries_for_one_period_convict(log: PublicLog) -> None:
    log.add(PeriodEntry(FIRST, SLOTS, bytes(32)))
    assert str(FIRST) in judged(log, Kind.TWO_PERIODS, log.placed(1), log.placed(4))
    with pytest.raises(ProofError):
        judged(log, Kind.TWO_PERIODS, log.placed(1), log.placed(1))
    with pytest.raises(ProofError):
        judged(log, Kind.TWO_PERIODS, log.placed(1), log.placed(2))


def test_two_roots_of_one_size_convict(log: PublicLog) -> None:
    other = PublicLog()
    for number in range(3):
        other.period(FIRST + number)
    bundle = DemandEvidence(Kind.TWO_ROOTS, log.rules, notes=(log.note(), other.note()))
    _, what = verify(bundle.encode(), {key.encode() for key in log.rules.vkeys})
    assert what == "it signed two different logs of 4 entries"
    same = DemandEvidence(Kind.TWO_ROOTS, log.rules, notes=(log.note(), log.note()))
    with pytest.raises(ProofError):
        verify(same.encode(), {log.rules.hash.hex()})


def test_more_laid_open_than_a_band_said_convicts(log: PublicLog) -> None:
    low, true = log.add(Band(FIRST, FIRST, 0, 0, 1)), log.add(Band(FIRST, FIRST, 0, 0, 2))
    reveals = log.placed(2), log.placed(3)
    assert "laid 2 open" in judged(log, Kind.BAND_EXCEEDED, log.placed(low), *reveals)
    for bundle in (
        (log.placed(true), *reveals),
        (log.placed(low), reveals[0], reveals[0]),
        reveals,
    ):
        with pytest.raises(ProofError):
            judged(log, Kind.BAND_EXCEEDED, *bundle)


def test_a_reveal_of_what_was_never_committed_convicts(log: PublicLog) -> None:
    harmless = replace(DEMAND, accounts=(0, 0)).encode()
    log.add(Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 1), record=harmless)))
    assert "never held" in judged(log, Kind.FALSE_REVEAL, log.placed(1), log.placed(4))
    with pytest.raises(ProofError):
        judged(log, Kind.FALSE_REVEAL, log.placed(1), log.placed(2))
    with pytest.raises(ProofError):
        judged(log, Kind.OPENED, log.placed(1), log.placed(4))


def test_a_period_of_another_number_of_slots_convicts(log: PublicLog) -> None:
    log.add(PeriodEntry(FIRST + 1, SLOTS - 1, bytes(32)))
    assert "against its own rules" in judged(log, Kind.AGAINST_RULES, log.placed(4))
    with pytest.raises(ProofError):
        judged(log, Kind.AGAINST_RULES, log.placed(1))


def test_nothing_convicts_under_other_keys(log: PublicLog) -> None:
    bundle = DemandEvidence(Kind.OPENED, log.rules, (log.placed(1), log.placed(2)))
    with pytest.raises(UnpinnedError, match=log.rules.hash.hex()):
        verify(bundle.encode(), {"0" * 64, SIGNER.vkey.encode()})
    unsigned = replace(
        log.placed(1), note=replace(log.note(), signatures=log.note().signatures[:1])
    )
    with pytest.raises(ForgedError):
        judged(log, Kind.OPENED, unsigned, log.placed(2))
    with pytest.raises(MalformedError):
        verify(bundle.encode() + b"\0", {log.rules.hash.hex()})


def test_the_verifiers_command_tells_a_demand_and_a_lie(
    log: PublicLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(
        DemandEvidence(Kind.OPENED, log.rules, (log.placed(1), log.placed(2))).encode()
    )
    assert main([str(path), "--pin", log.rules.hash.hex()]) == 0
    assert capsys.readouterr().out.startswith("shown: L0 by the demand log 'relay.test/demands'")
    log.add(PeriodEntry(FIRST, SLOTS, bytes(32)))
    lie = DemandEvidence(Kind.TWO_PERIODS, log.rules, (log.placed(1), log.placed(4)))
    path.write_bytes(lie.encode())
    assert main([str(path), "--pin", log.rules.hash.hex(), "--json"]) == 0
    assert '"verdict": "proven", "kind": "L1"' in capsys.readouterr().out
    assert main([str(path), "--pin", "0" * 64]) == 1
