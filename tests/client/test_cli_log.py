"""log status, check and evidence: what was checked, and what a script learns of what was caught."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from doorless_client.cli_outcome import LOG
from doorless_client.core.api import LogProofError
from doorless_client.evidence_file import write
from doorless_client.opening import open_profile
from doorless_lab.processes import PASSPHRASE


def caught(world: Path, kind: str, evidence: bytes) -> None:
    """As if Alice's device had caught the log at something."""

    async def work() -> None:
        opened = await open_profile(world / "alice", PASSPHRASE, lambda: 1.9e9, bytes)
        try:
            engine = opened.messenger._engine
            relay = engine.state.own.relay
            with engine.state.change():
                engine.monitor.alarms.raise_alarm(kind, relay, label="alice", evidence=evidence)
        finally:
            await opened.close()

    asyncio.run(work())


def test_check_looks_and_status_tells(alice: Any, relay: Any) -> None:
    ended = alice("log", "check", "--json")
    assert ended.code == 0
    (status,) = ended.objects()
    assert status["own"] == 1
    assert status["size"] >= 1
    assert len(status["config"]) == 64
    assert status["checked"] is not None
    assert (status["witnesses"], status["cosigned"], status["quorum"]) == (0, 0, None)
    told = alice("log", "status")
    assert told.code == 0
    assert "version 1, as you signed it" in told.out
    assert "alarms         none" in told.out
    assert "witnesses      this log has none" in told.out


def test_check_without_a_relay_exits_5(alice: Any) -> None:
    assert alice("log", "check").code == 5
    assert alice("log", "status").code == 0


def test_nothing_was_caught(alice: Any) -> None:
    ended = alice("log", "evidence")
    assert (ended.code, ended.out) == (0, "the key log was caught at nothing\n")
    assert alice("log", "evidence", "--export", "x").code == 2


def test_proof_exits_6_and_is_written_once(alice: Any, world: Path, tmp_path: Path) -> None:
    caught(world, "E1", b"two heads")
    path = tmp_path / "proof.bin"
    for what in ("status", "evidence"):
        assert alice("log", what).code == LOG == 6
    (shown,) = [json.loads(one) for one in alice("log", "evidence", "--json").out.splitlines()]
    assert (shown["kind"], shown["evidence"]) == ("E1", 9)
    assert alice("log", "evidence", "--export", str(path)).code == LOG
    assert path.read_bytes() == b"two heads"
    again = alice("log", "evidence", "--export", str(path))
    assert (again.code, "is there already" in again.err) == (1, True)


def test_an_alarm_that_is_not_there_is_not_called_a_clean_log(alice: Any, world: Path) -> None:
    caught(world, "E1", b"two heads")
    ended = alice("log", "evidence", "99")
    assert (ended.code, "there is no alarm 99" in ended.err) == (2, True)
    assert "caught at nothing" not in ended.out


def test_what_goes_with_evidence_alone_is_refused_elsewhere(alice: Any, tmp_path: Path) -> None:
    for what in ("status", "check"):
        for more in (["3"], ["--export", str(tmp_path / "proof.bin")]):
            ended = alice("log", what, *more)
            assert (ended.code, "doorless log evidence" in ended.err) == (2, True)
    assert not (tmp_path / "proof.bin").exists()


def test_what_proves_nothing_to_others_is_told_and_exits_0(alice: Any, world: Path) -> None:
    caught(world, "overdue", b"")
    ended = alice("log", "evidence")
    assert ended.code == 0
    assert "no proof for others" in ended.out


def test_a_proof_that_fails_is_code_6() -> None:
    from doorless_client.cli_outcome import exit_code

    def fails() -> int:
        raise LogProofError("the relay shows other keys than its key log holds")

    assert exit_code(fails) == LOG


def test_evidence_is_written_nowhere_where_nothing_can_be(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be written"):
        write(tmp_path / "no" / "such" / "place", b"x")
