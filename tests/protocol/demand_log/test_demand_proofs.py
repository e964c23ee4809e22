"""A demand stands in the log, or nobody can show that it does."""

from dataclasses import replace

import pytest

from doorless_protocol.demand_log.proof import SlotProof
from doorless_protocol.demand_log.record import DUMMY
from doorless_protocol.errors import ForgedError, ProofError, UnwitnessedError
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.signing import LogSigner
from public_demands import DEMAND, FIRST, PublicLog

OTHER = LogSigner.from_seed("relay.test/demands", bytes(64))
WITNESS = Cosigner.from_seed("w.test/1", Algorithm.COSIGNATURE, bytes(32))
WITNESSED = Policy.parse(f"witness W {WITNESS.vkey.encode()}\nquorum W\n")


@pytest.fixture
def log() -> PublicLog:
    log = PublicLog()
    log.period(FIRST, DUMMY, DEMAND.encode())
    log.period(FIRST + 1)
    return log


def proof_of(log: PublicLog) -> SlotProof:
    return SlotProof(log.placed(1), log.opened(FIRST, 1))


def test_a_proof_leads_from_the_record_to_the_signatures(log: PublicLog) -> None:
    proof = proof_of(log)
    assert proof.check(log.rules).size == 3
    assert proof.record == DEMAND


def test_another_record_or_opening_or_place_proves_nothing(log: PublicLog) -> None:
    proof = proof_of(log)
    other = replace(DEMAND, country="FR").encode()
    for opened in (
        replace(proof.opened, record=other),
        replace(proof.opened, opening=bytes(32)),
        replace(proof.opened, place=0),
        replace(proof.opened, place=9),
        replace(proof.opened, path=proof.opened.path[:-1]),
        replace(proof.opened, period=FIRST + 1),
    ):
        with pytest.raises(ProofError):
            replace(proof, opened=opened).check(log.rules)


def test_an_entry_elsewhere_or_of_another_kind_proves_nothing(log: PublicLog) -> None:
    proof = proof_of(log)
    for placed in (
        replace(proof.placed, index=2),
        replace(proof.placed, path=()),
        log.placed(0),
        log.placed(2),
    ):
        with pytest.raises(ProofError):
            replace(proof, placed=placed).check(log.rules)


def test_nobody_but_the_log_signs_its_heads(log: PublicLog) -> None:
    log_of_another = replace(log.rules, ed25519=OTHER.vkey.public)
    with pytest.raises(ForgedError):
        proof_of(log).check(log_of_another)
    with pytest.raises(ProofError, match="slots"):
        proof_of(log).check(replace(log.rules, slots=5))


def test_witnesses_must_have_seen_the_head_where_there_are_some() -> None:
    log = PublicLog(WITNESSED)
    log.period(FIRST, DUMMY, DEMAND.encode())
    proof = proof_of(log)
    with pytest.raises(UnwitnessedError):
        proof.check(log.rules)
    checkpoint = proof.placed.check_signed(log.rules)
    note = proof.placed.note.with_signatures([WITNESS.cosign(checkpoint, 5)])
    replace(proof, placed=replace(proof.placed, note=note)).check(log.rules)
