"""Anybody with a pin reads a demand log from its beginning, and takes away what proves a lie."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from doorless_protocol.demand_log.entries import Band, Outcome, PeriodEntry, Renewal, Reveal
from doorless_protocol.demand_log.evidence import Kind, verify
from doorless_protocol.log.tiles import Tile, bundle
from doorless_server.__main__ import main
from doorless_server.demands import following
from doorless_server.demands.following import LyingLogError
from doorless_server.http_client import UnreachableError
from public_demands import DEMAND, FIRST, PERIOD, SLOTS, PublicLog

URL = "http://127.0.0.1:9/demands"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> PublicLog:
    """A log that is served, and has a demand."""
    log = PublicLog()
    log.period(FIRST, DEMAND.encode(), DEMAND.encode())

    async def page(url: str, path: str) -> bytes:
        assert url == URL
        if path == "config":
            return log.rules.encode()
        if path == "checkpoint":
            return log.note().encode()
        tile = Tile.parse(path)
        encoded = [entry.encode() for entry in log.entries]
        return bundle(encoded[tile.first : tile.first + tile.width])

    monkeypatch.setattr(following, "_page", page)
    monkeypatch.setattr("doorless_server.__main__._clock", lambda: (FIRST + 1) * PERIOD)
    return log


def followed(log: PublicLog, *more: str) -> int:
    return main(["demand-log", URL, "--pin", log.rules.hash.hex(), *more])


def test_a_log_that_keeps_its_rules_is_told(
    log: PublicLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.reveal(FIRST, 1, Outcome.REFUSED)
    log.reveal(FIRST, 2)
    log.add(Band(FIRST, FIRST, 0, 0, 99))
    assert followed(log, "--evidence", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "relay.test/demands keeps its rules: 1 period of 86400 s with 4 slots each",
        f"rules {log.rules.hash.hex()}",
        "it asks for no witnesses",
        "1 demand laid open",
        "  2024-10-05 00:00: DE_STPO_100A, court (DE), 0 to 9 accounts, received 2024-10-04:"
        " refused (period 20000, slot 1)",
        "  it says: 0 to 99 demands in periods 20000 to 20000",
    ]
    [kept] = tmp_path.iterdir()
    _, what = verify(kept.read_bytes(), {log.rules.hash.hex()})
    assert "DE_STPO_100A" in what


def test_a_demand_that_stays_shut_is_told(
    log: PublicLog, capsys: pytest.CaptureFixture[str]
) -> None:
    log.add(Renewal(FIRST, 3, (FIRST + 100) * PERIOD))
    assert followed(log) == 0
    told = "  period 20000, slot 3: a demand's, and stays shut until 2025-01-12"
    assert told in capsys.readouterr().out.splitlines()
    assert followed(log, "--json") == 0
    assert json.loads(capsys.readouterr().out)["shut"] == [[FIRST, 3, (FIRST + 100) * PERIOD]]


def test_a_long_log_is_read_tile_by_tile(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1, 300):
        log.period(FIRST + number)
    monkeypatch.setattr("doorless_server.__main__._clock", lambda: (FIRST + 300) * PERIOD)
    assert followed(log, "--json") == 0
    assert '"periods": 300' in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["L1", "L3", "L4", "L5"])
def test_a_lie_is_kept_as_a_proof(
    log: PublicLog, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "L1":
        log.add(PeriodEntry(FIRST, SLOTS, bytes(32)))
    elif kind == "L3":
        log.add(Band(FIRST, FIRST, 0, 0, 1))
        log.reveal(FIRST, 0)
        log.reveal(FIRST, 1)
    elif kind == "L4":
        harmless = replace(DEMAND, accounts=(0, 0)).encode()
        log.add(Reveal(Outcome.REFUSED, replace(log.opened(FIRST, 0), record=harmless)))
    else:
        log.add(PeriodEntry(FIRST + 1, SLOTS + 1, bytes(32)))
    log.period(FIRST + 2)  # what comes behind it changes nothing
    assert followed(log) == 6
    assert "--evidence" in capsys.readouterr().err
    assert followed(log, "--evidence", str(tmp_path)) == 6
    found, _ = verify((tmp_path / f"{kind}.evidence").read_bytes(), {log.rules.hash.hex()})
    assert found.kind is Kind(kind)


def test_a_period_that_is_missing_is_told_and_convicts_nobody(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    late = (FIRST + 2) * PERIOD + following.LATE
    monkeypatch.setattr("doorless_server.__main__._clock", lambda: late)
    assert followed(log) == 1
    assert "period 20001 is over, and has no entry" in capsys.readouterr().err


def test_what_was_seen_must_be_there_again(
    log: PublicLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen, more = tmp_path / "seen", ["--seen", str(tmp_path / "seen")]
    assert followed(log, *more) == 0
    log.reveal(FIRST, 0)
    assert followed(log, *more) == 0
    newest = seen.read_bytes()
    other = PublicLog()
    other.period(FIRST)
    other.reveal(FIRST, 3)
    seen.write_bytes(other.note().encode())
    assert followed(log, *more, "--evidence", str(tmp_path / "kept")) == 6
    bundle_ = (tmp_path / "kept" / "L2.evidence").read_bytes()
    assert verify(bundle_, {log.rules.hash.hex()})[0].kind is Kind.TWO_ROOTS
    other.reveal(FIRST, 2)
    seen.write_bytes(other.note().encode())
    assert followed(log, *more) == 1
    assert "it had 4 entries, and shows 3" in capsys.readouterr().err
    seen.write_bytes(newest)
    log.add(Band(FIRST, FIRST, 0, 0, 9))
    assert followed(log, *more) == 0


def test_another_log_than_the_pinned_one_is_refused(
    log: PublicLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demand-log", URL, "--pin", "0" * 64]) == 1
    assert log.rules.hash.hex() in capsys.readouterr().err
    assert main(["demand-log", "ftp://x", "--pin", log.rules.hash.hex()]) == 1


async def test_entries_that_were_not_signed_are_noticed(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, signed = following._page, log.note()

    async def page(url: str, path: str) -> bytes:
        return signed.encode() if path == "checkpoint" else await honest(url, path)

    monkeypatch.setattr(following, "_page", page)
    log.entries[1] = PeriodEntry(FIRST, SLOTS, bytes(32))
    with pytest.raises(LyingLogError, match="signed"):
        await following.follow(URL, {log.rules.hash.hex()}, 0)


async def test_a_page_that_does_not_come_is_no_lie() -> None:
    with pytest.raises(UnreachableError):
        await following.follow(URL, {"0" * 64}, 0)


async def test_a_log_without_end_is_not_read(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MAX_ENTRIES", 1)
    with pytest.raises(UnreachableError, match="more than are read"):
        await following.follow(URL, {log.rules.hash.hex()}, 0)


def test_a_day_that_no_calendar_has_is_shown(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.period(FIRST + 1, replace(DEMAND, received_day=2**32 - 1).encode())
    log.reveal(FIRST + 1, 0)
    monkeypatch.setattr("doorless_server.__main__._clock", lambda: (FIRST + 2) * PERIOD)
    assert followed(log) == 0
    assert "received 9999-12-31" in capsys.readouterr().out
