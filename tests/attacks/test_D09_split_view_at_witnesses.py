"""D09: a log that shows two truths finds no witness that cosigns both, nor an auditor for a lie."""

from hashlib import sha256
from pathlib import Path

import pytest

from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm
from doorless_server.http_server import Request, Response
from doorless_server.witness import store
from doorless_server.witness.approval import ConvictedError
from doorless_server.witness.audit import Auditor
from doorless_server.witness.decision import Signed, known_logs
from doorless_server.witness.desk import Desk, open_desk
from doorless_server.witness.service import Witness
from growing_log import NOW, GrowingLog
from key_log import ORIGIN, KeyLog

COSIGNER = Cosigner.from_seed("witness.test", Algorithm.COSIGNATURE, bytes(32))


def nothing(*_: object, **__: object) -> None:
    pass


def never(*_: object) -> bool:
    return False


async def ask(desk: Desk, log: GrowingLog, old: int, size: int) -> Response:
    witness = Witness(desk, known_logs(log.vkeys), [COSIGNER], clock=lambda: NOW)
    return await witness.handle(Request("POST", "/add-checkpoint", "", log.submission(old, size)))


@pytest.mark.attack(
    "D09",
    "a witness cosigns one of two histories, and never the other",
    weaken={"doorless_server.witness.decision.check_growth": nothing},
)
async def test_a_witness_cosigns_one_of_two_histories(tmp_path: Path) -> None:
    desk, log = open_desk(tmp_path / "w.db"), GrowingLog().grow(8)
    assert (await ask(desk, log, 0, 5)).status == 200
    assert (await ask(desk, log.fork(3, 8), 5, 8)).status == 422
    assert (await ask(desk, log, 5, 8)).status == 200
    desk.close()


@pytest.mark.attack(
    "D09",
    "two heads of one size, shown to one witness, are kept as proof against the log",
    weaken={"doorless_server.witness.decision.is_fork": never},
)
async def test_two_heads_of_one_size_are_kept_as_proof(tmp_path: Path) -> None:
    desk, log = open_desk(tmp_path / "w.db"), GrowingLog().grow(8)
    await ask(desk, log, 0, 5)
    assert (await ask(desk, log.fork(3, 5), 0, 5)).status == 409
    assert len(desk.do(store.forks)) == 1
    desk.close()


class Pages:
    """What the log shows to auditors: the truth of what it says was changed."""

    def __init__(self, log: KeyLog) -> None:
        self._log = log

    async def config(self) -> object:
        return self._log.config

    async def epoch(self, number: int) -> object:
        return self._log.epochs[number]


@pytest.mark.attack(
    "D09",
    "an auditor cosigns no map that holds what was not said, and convicts its log",
    weaken={"doorless_protocol.log.replay.check_map": nothing},
)
async def test_an_auditor_cosigns_no_map_that_holds_what_was_not_said(tmp_path: Path) -> None:
    desk, log = open_desk(tmp_path / "a.db"), KeyLog()
    log.publish("alice", "bob")
    log.publish("bob", unsaid={"alice": sha256(b"a ghost's").digest()})
    known = known_logs(log.vkeys)[ORIGIN]
    auditor = Auditor(desk, Pages(log), known, clock=lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(ConvictedError):
        await auditor.approve(Signed(log.checkpoint(2), log.note(2).encode()))
    desk.close()
