"""The demand log says of every period exactly once the same amount, and forgets no demand."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand_stage import DAY, NOW, SLOTS, Desk, audited, entries, periods
from doorless_protocol.demand_log.entries import Band, Entry, Outcome, Renewal, Reveal
from doorless_protocol.demand_log.evidence import verify
from doorless_protocol.demand_log.record import NO_END, NO_GAG
from doorless_protocol.demand_log.rules import HORIZON
from doorless_server.datadir import DataError
from doorless_server.demands import begun, log_rows
from doorless_server.demands.log import (
    NotYetLoggedError,
    OtherRecordError,
    UnknownDemandError,
)
from doorless_server.demands.opening_slots import PATIENCE
from doorless_server.directory.heads import ForkRefusedError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "demands")


def test_a_demand_is_logged_when_its_period_is_over(desk: Desk) -> None:
    with closing(desk.open()) as log:
        record = desk.record(log, "D1")
        log.commit("D1", record, desk.now)
        desk.turn(log)
        with pytest.raises(NotYetLoggedError) as waits:
            log.proof("D1")
        assert waits.value.when == 20_001 * DAY
        desk.turn(log, 1)
        proof = log.proof("D1")
        proof.check(log.rules)
        assert proof.opened.period == 20_000
        assert proof.record == record


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_what_is_public_is_the_same_whatever_was_asked(
    tmp_path_factory: pytest.TempPathFactory, days: list[tuple[int, int]]
) -> None:
    """Two logs, one never asked: entry for entry of the same kind, period and length."""
    asked, quiet = (Desk(tmp_path_factory.mktemp("log") / "demands") for _ in range(2))
    with closing(asked.open()) as one, closing(quiet.open()) as other:
        number = 0
        for demands, passed in days:
            for _ in range(demands):
                asked.commit(one, f"D{(number := number + 1)}", gag_until=NO_END)
            asked.turn(one, passed)
            quiet.turn(other, passed)
        assert periods(one) == periods(other)
        assert [len(each.encode()) for each in entries(one)[1:]] == [
            len(each.encode()) for each in entries(other)[1:]
        ]
        audited(one, asked.now)
        assert len(one.head()[1]) == len(other.head()[1])


def test_too_many_demands_wait_for_the_next_period_in_their_order(desk: Desk) -> None:
    names = [f"D{number}" for number in range(2 * SLOTS + 1)]
    with closing(desk.open()) as log:
        desk.commit(log, *names)
        with pytest.raises(NotYetLoggedError) as waits:
            log.proof(names[-1])
        assert waits.value.when == 20_003 * DAY
        desk.turn(log, 3)
        found = [log.proof(name).opened.period - 20_000 for name in names]
        assert found == [0] * SLOTS + [1] * SLOTS + [2]


def test_missed_periods_are_filled_one_entry_each(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
    desk.now += 10 * DAY
    with closing(desk.open(name=None)) as log:
        desk.commit(log, "D2")  # before anything was turned
        desk.turn(log)
        assert periods(log) == list(range(20_000, 20_010))
        desk.turn(log)
        desk.turn(log, 1)
        assert periods(log) == list(range(20_000, 20_011))
        assert [log.proof(name).opened.period for name in ("D1", "D2")] == [20_000, 20_010]


def test_many_missed_periods_take_more_than_one_transaction(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_server.demands.log.AT_ONCE", 3)
    with closing(desk.open()) as log:
        desk.turn(log, 8)
        assert periods(log) == list(range(20_000, 20_008))


def test_a_clock_that_was_set_back_adds_nothing(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.turn(log, 2)
        before = log.head()
        desk.turn(log, -5)
        assert log.head() == before
        desk.commit(log, "D1")
        desk.now = NOW
        desk.turn(log, 3)
        assert log.proof("D1").opened.period == 20_002


def test_an_id_stands_for_one_demand(desk: Desk) -> None:
    with closing(desk.open()) as log:
        record = desk.record(log, "D1")
        log.commit("D1", record, desk.now)
        log.commit("D1", record, desk.now + 5)
        with pytest.raises(OtherRecordError):
            log.commit("D1", desk.record(log, "D2"), desk.now)
        for name in ("", "a b", "x" * 129, "ä"):
            with pytest.raises(ValueError, match="id"):
                log.commit(name, record, desk.now)
        for ask in (log.proof, log.is_revealed, log.shown):
            with pytest.raises(UnknownDemandError):
                ask("D9")
        desk.turn(log, 2)
        assert [kept.demand_id for kept in log._rows.shut()] == ["D1"]


def test_it_is_laid_open_once_and_anybody_can_check_it(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        with pytest.raises(NotYetLoggedError):
            log.reveal("D1", desk.now)
        desk.turn(log, 1)
        assert log.shown("D1") is None
        log.reveal("D1", desk.now, Outcome.NOTHING_HELD)
        log.reveal("D1", desk.now)
        assert log.is_revealed("D1")
        assert sum(isinstance(entry, Reveal) for entry in entries(log)) == 1
        shown = log.shown("D1")
        assert shown is not None
        _, what = verify(shown.encode(), {log.rules.hash.hex()})
        assert "DE_STPO_100A" in what
        assert list(audited(log, desk.now).outcomes.values()) == [Outcome.NOTHING_HELD]


def test_at_the_end_of_secrecy_it_is_laid_open_by_itself(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1", "D2", gag_until=NOW + 10 * DAY)
        desk.turn(log, 1)
        log.conclude("D1", Outcome.NON_CONTENT)
        log.conclude("D2", Outcome.NON_CONTENT)
        log.renew("D2", NOW + 20 * DAY)
        desk.turn(log, 8)
        assert not log.is_revealed("D1")
        desk.turn(log, 1)
        assert log.is_revealed("D1")
        assert not log.is_revealed("D2")
        desk.turn(log, 10)
        assert log.is_revealed("D2")
        audited(log, desk.now)


def test_what_nobody_decides_is_laid_open_all_the_same(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        desk.turn(log, 1)
        desk.turn(log, PATIENCE // DAY - 1)
        assert not log.is_revealed("D1")
        desk.turn(log, 1)
        assert log.is_revealed("D1")


def test_behind_the_horizon_all_slots_are_open_or_said_to_stay_shut(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1", gag_until=NO_END)
        desk.turn(log, HORIZON // DAY + 1)
        found = audited(log, desk.now)
        assert sum(period == 20_000 for period, _ in found.opened) == SLOTS - 1
        [renewal] = [entry for entry in entries(log) if isinstance(entry, Renewal)]
        assert (renewal.period, renewal.until) == (20_000, desk.now + 365 * DAY)
        desk.turn(log, 1)
        assert sum(isinstance(entry, Renewal) for entry in entries(log)) == 1
        log.renew("D1", desk.now)
        desk.turn(log)
        assert log.is_revealed("D1")
        audited(log, desk.now)


def test_a_band_is_published_only_if_it_is_true(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.commit(log, "D1", "D2", gag_until=NO_END)
        with pytest.raises(OtherRecordError):
            log.say(Band(20_000, 20_000, 0, 0, 99), desk.now)
        desk.turn(log, 2)
        for band in (Band(20_000, 20_001, 0, 3, 99), Band(20_000, 20_000, 0, 0, 1)):
            with pytest.raises(OtherRecordError, match="demands"):
                log.say(band, desk.now)
        log.say(Band(20_000, 20_001, 0, 0, 99), desk.now)
        log.say(Band(20_001, 20_001, 0, 0, 0), desk.now)
        assert len(audited(log, desk.now).bands) == 2


def test_a_restored_backup_cannot_tell_a_second_history(desk: Desk) -> None:
    with closing(desk.open()) as log:
        desk.turn(log, 1)
    older = (desk.folder / begun.DATABASE).read_bytes()
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        desk.turn(log, 1)
    (desk.folder / begun.DATABASE).write_bytes(older)
    with pytest.raises(ForkRefusedError, match="older copy"):
        desk.open()


def test_other_files_than_its_own_are_refused(desk: Desk) -> None:
    with pytest.raises(DataError, match="start the relay"):
        desk.open(name=None)
    desk.open().close()
    with pytest.raises(DataError, match="cannot be changed"):
        desk.open(slots=SLOTS + 1)
    rules = (desk.folder / begun.RULES).read_bytes()
    (desk.folder / begun.RULES).write_bytes(rules[:-1])
    with pytest.raises(DataError, match="damaged"):
        desk.open()
    (desk.folder / begun.RULES).write_bytes(rules)
    (desk.folder / begun.SIGNING_KEY).write_bytes(bytes(64))
    with pytest.raises(DataError, match="another key"):
        desk.open()


def test_the_folder_and_its_keys_are_the_owners_alone(desk: Desk) -> None:
    with closing(desk.open()) as log:
        log.blind("D1")
    assert desk.folder.stat().st_mode & 0o077 == 0
    assert (desk.folder / "keys").stat().st_mode & 0o077 == 0
    for key in (begun.SIGNING_KEY, begun.BLINDING_KEY):
        assert (desk.folder / key).stat().st_mode & 0o077 == 0


def test_every_column_is_described(desk: Desk) -> None:
    desk.open().close()
    with closing(sqlite3.connect(desk.folder / begun.DATABASE)) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")
        ]
        held = {
            (table, row[1]) for table in tables for row in db.execute(f"PRAGMA table_info({table})")
        }
    assert held == set(log_rows.columns())


OPS = st.sampled_from(["commit", "gag", "turn", "day", "month", "conclude", "reveal", "restart"])


@settings(max_examples=12)
@given(st.lists(st.tuples(OPS, st.integers(0, 4)), max_size=20))
def test_whatever_happens_the_log_keeps_its_rules(
    tmp_path_factory: pytest.TempPathFactory, ops: list[tuple[str, int]]
) -> None:
    """An auditor who reads along refuses nothing, and what was signed stays as it was."""
    desk = Desk(tmp_path_factory.mktemp("log") / "demands")
    log, names, before = desk.open(), list[str](), list[Entry]()
    try:
        for op, number in ops:
            name = names[number % len(names)] if names else ""
            if op in ("commit", "gag"):
                names.append(f"D{len(names)}")
                until = desk.now + number * DAY if op == "gag" else NO_GAG
                desk.commit(log, names[-1], gag_until=until)
            elif op == "restart":
                log.close()
                log = desk.open(name=None)
            elif op == "conclude" and name:
                log.conclude(name, Outcome.REFUSED)
            elif op == "reveal" and name:
                with suppress(NotYetLoggedError):
                    log.reveal(name, desk.now)
            else:
                desk.turn(log, {"day": number, "month": 30 * number}.get(op, 0))
            now = entries(log)
            assert now[: len(before)] == before
            before = now
        desk.turn(log, len(names))
        found = audited(log, desk.now)
        slots = [log.proof(name).opened for name in names]
        assert len({(slot.period, slot.place) for slot in slots}) == len(names)
        assert all(slot in found.opened for slot in found.outcomes)
    finally:
        log.close()


def test_many_processes_that_turn_at_once_enter_each_period_once(desk: Desk) -> None:
    logs = [desk.open() for _ in range(4)]
    try:
        desk.commit(logs[0], "D1", "D2")
        desk.now += 40 * DAY
        with ThreadPoolExecutor(len(logs)) as threads:
            for turned in [threads.submit(log.turn, desk.now) for log in logs]:
                turned.result()
        assert periods(logs[0]) == list(range(20_000, 20_040))
        audited(logs[3], desk.now)
    finally:
        for log in logs:
            log.close()


@pytest.mark.parametrize("key", [begun.SIGNING_KEY, begun.BLINDING_KEY])
def test_a_lost_key_is_not_drawn_anew(desk: Desk, key: Path) -> None:
    """Another one would stand in the way of the one that a backup has."""
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
    (desk.folder / key).unlink()
    with pytest.raises(DataError, match="is missing: restore it"), closing(desk.open()) as log:
        desk.commit(log, "D2")
    assert not (desk.folder / key).exists()


def test_no_band_is_said_that_no_reader_takes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorless_server.demands.log.MAX_BANDS", 2)
    with closing(desk.open()) as log:
        desk.turn(log, 1)
        band = Band(log.rules.first, log.rules.first, 0, 0, 3)
        for _ in range(2):
            log.say(band, desk.now)
        with pytest.raises(OtherRecordError, match="bands"):
            log.say(band, desk.now)
