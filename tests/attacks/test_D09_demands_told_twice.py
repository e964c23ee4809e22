"""D09: an operator who tells two histories of demands is convicted; who tells one, never."""

from dataclasses import replace

import pytest

from doorless_protocol.demand_log.entries import PeriodEntry
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, verify
from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note, Vkey
from doorless_protocol.log.signing import LogSigner
from public_demands import DEMAND, FIRST, SLOTS, PublicLog

STRANGER = LogSigner.from_seed("relay.test/demands", bytes(64))


def believes_any_signature(note: Note, _one: Vkey, _other: Vkey) -> Checkpoint:
    """verify_log without the signatures."""
    return Checkpoint.parse(note.text)


def two_entries_are_one(_evidence: DemandEvidence) -> str:
    raise DoorlessError("nothing is seen")


def is_convicted(log: PublicLog, kind: Kind, *notes: Note) -> bool:
    placed = () if notes else (log.placed(1), log.placed(2))
    bundle = DemandEvidence(kind, log.rules, placed, notes)
    try:
        verify(bundle.encode(), {log.rules.hash.hex()})
    except DoorlessError:
        return False
    return True


@pytest.mark.attack(
    "D09",
    "two entries of the demand log for one period convict its operator",
    weaken={"doorless_protocol.demand_log.evidence._two_periods": two_entries_are_one},
)
def test_two_entries_for_one_period_convict() -> None:
    log = PublicLog()
    log.period(FIRST, DEMAND.encode())
    log.add(PeriodEntry(FIRST, SLOTS, bytes(32)))
    assert is_convicted(log, Kind.TWO_PERIODS)


@pytest.mark.attack(
    "D09",
    "nobody is convicted by a head of the demand log that he did not sign",
    weaken={
        "doorless_protocol.demand_log.evidence.verify_log": believes_any_signature,
        "doorless_protocol.demand_log.proof.verify_log": believes_any_signature,
    },
)
def test_a_head_that_somebody_else_signed_convicts_nobody() -> None:
    log = PublicLog()
    honest = Checkpoint.parse(log.note().text)
    forged = STRANGER.sign(replace(honest, root=bytes(32)), 1)
    assert not is_convicted(log, Kind.TWO_ROOTS, log.note(), forged)
