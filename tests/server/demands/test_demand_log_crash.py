"""A process may be killed between any two writes: each period still has one entry, each demand one
slot, and no two histories were signed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demand_stage import Desk, audited, periods
from doorless_protocol.demand_log.entries import Outcome, Reveal
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.signing import LogSigner
from doorless_server import datadir
from doorless_server.directory.heads import HeadStore
from doorless_server.store.schema import in_one_piece

NAMES = [f"D{number}" for number in range(4)]  # one more than a period takes


class Killed(BaseException):
    """The process is gone."""


class Writes:
    """Counts what goes to the disk, and kills before or behind one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number, self.kill_at = 0, -1
        self.signed: dict[int, bytes] = {}

        @contextmanager
        def counted(db: Any) -> Iterator[None]:
            with in_one_piece(db):
                yield
                self.step()
            self.step()

        monkeypatch.setattr("doorless_server.demands.log.in_one_piece", counted)
        for holder, name in ((HeadStore, "remember"), (datadir, "write_once")):
            monkeypatch.setattr(holder, name, self.around(getattr(holder, name)))
        sign = LogSigner.sign

        def signing(signer: LogSigner, checkpoint: Checkpoint, time: int) -> Any:
            known = self.signed.setdefault(checkpoint.size, checkpoint.root)
            assert known == checkpoint.root, "two histories"
            return sign(signer, checkpoint, time)

        monkeypatch.setattr(LogSigner, "sign", signing)

    def around(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.step()
            outcome = write(*arguments)
            self.step()
            return outcome

        return counted

    def step(self) -> None:
        self.number += 1
        if self.number == self.kill_at:
            raise Killed


def live(desk: Desk) -> None:
    """What a relay and its commands do; whoever is killed does it again from the beginning."""
    start = desk.now
    log = desk.open()
    try:
        for name in NAMES:
            desk.commit(log, name)
        desk.turn(log, 1)
        log.reveal(NAMES[0], desk.now, Outcome.REFUSED)
        desk.turn(log, 2)
        for name in NAMES:
            log.proof(name).check(log.rules)
    finally:
        log.close()
        desk.now = start


def test_a_process_killed_at_any_write_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = Writes(monkeypatch)
    live(Desk(tmp_path / "whole" / "demands"))
    total = writes.number
    assert total > 20
    for at in range(1, total + 1):
        writes.number, writes.kill_at = 0, at
        writes.signed.clear()
        desk = Desk(tmp_path / str(at) / "demands")
        with pytest.raises(Killed):
            live(desk)
        live(desk)
        log = desk.open()
        try:
            assert periods(log) == [20_000, 20_001, 20_002]
            desk.turn(log)
            found = audited(log, desk.now)
            reveals = [
                entry for entry in log.entries(0, log.size) if entry.startswith(Reveal.magic)
            ]
            assert len(reveals) == len(found.opened) == 1
            slots = {log.proof(name).opened.place for name in NAMES[:3]}
            assert len(slots) == 3
        finally:
            log.close()
