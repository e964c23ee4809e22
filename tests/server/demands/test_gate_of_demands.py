"""Without a proof that the demand stands in the public log there is no Pass."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from demand_stage import NOW, Desk
from doorless_protocol.errors import ForgedError, ProofError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Note
from doorless_server.demands.gate import Pass, pass_for
from doorless_server.demands.log import NotYetLoggedError, UnknownDemandError
from public_demands import DEMAND, FIRST, SIGNER, PublicLog

WITNESS = Cosigner.from_seed("w.test/1", Algorithm.COSIGNATURE, bytes(32))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "relay" / "demands")


def test_a_demand_that_is_logged_passes(desk: Desk) -> None:
    with closing(desk.open()) as log:
        record = desk.record(log, "D1")
        with pytest.raises(UnknownDemandError):
            pass_for(log, "D1", record)
        log.commit("D1", record, desk.now)
        with pytest.raises(NotYetLoggedError):
            pass_for(log, "D1", record)
        desk.turn(log, 1)
        let = pass_for(log, "D1", record)
        assert (let.demand_id, let.record) == ("D1", record)


def test_another_demand_than_the_one_committed_does_not(desk: Desk) -> None:
    with closing(desk.open()) as log:
        record = desk.record(log, "D1")
        log.commit("D1", record, desk.now)
        desk.turn(log, 1)
        for other in (replace(record, accounts=(0, 0)), replace(record, document=bytes(32))):
            with pytest.raises(ProofError, match="another demand"):
                pass_for(log, "D1", other)


def test_nobody_makes_a_pass_of_what_does_not_verify(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        desk.turn(log, 1)
        proof, foreign = log.proof("D1"), PublicLog()
        foreign.period(FIRST, DEMAND.encode())
        record = proof.record
        assert record is not None
        Pass("D1", record, proof, log.rules)
        with pytest.raises(ForgedError):
            Pass("D1", record, proof, replace(log.rules, mldsa44=foreign.rules.mldsa44))
        with pytest.raises(ProofError):
            Pass("D1", record, replace(proof, opened=foreign.opened(FIRST, 0)), log.rules)
        stranger = SIGNER.sign(Checkpoint.parse(proof.placed.note.text), NOW)
        resigned = replace(proof.placed, note=stranger)
        with pytest.raises(ForgedError):
            Pass("D1", record, replace(proof, placed=resigned), log.rules)


def test_with_witnesses_the_gate_waits_for_them(desk: Desk) -> None:
    desk.folder.parent.mkdir(parents=True)
    policy = f"witness W {WITNESS.vkey.encode()}\nquorum W\n"
    (desk.folder.parent / "policy").write_text(policy)
    with closing(desk.open()) as log:
        record = desk.record(log, "D1")
        log.commit("D1", record, desk.now)
        desk.turn(log, 1)
        with pytest.raises(NotYetLoggedError, match="0 cosignatures of 1"):
            pass_for(log, "D1", record)
        size, encoded = log.head()
        note = Note.decode(encoded)
        line = WITNESS.cosign(Checkpoint.parse(note.text), desk.now)
        log.keep_cosigned(size - 1, note.with_signatures([line]).encode())
        with pytest.raises(NotYetLoggedError):
            pass_for(log, "D1", record)
        log.keep_cosigned(size, note.with_signatures([line]).encode())
        pass_for(log, "D1", record)
