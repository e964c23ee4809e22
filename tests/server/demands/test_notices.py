"""What is kept for people whose data was demanded, and when they may be told."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from doorless_protocol.notice_frames import MAX_NOTICES, Handed, Notice, Slot
from doorless_server.demands import notices
from doorless_server.demands.notices import KEPT, Notices
from doorless_server.limits import DAY

ALICE, BOB = b"a" * 32, b"b" * 32
NOW = 20_000 * DAY + 3_600
YEAR = 365 * DAY

NOTICE = Notice(
    demand="2026-0001",
    kind="court",
    country="DE",
    authority="Amtsgericht Musterstadt",
    reference="12 Gs 345/26",
    instrument="DE_BESTAND",
    asked=("basic", "content_stored"),
    decision="complied_partial",
    handed=(Handed("accounts", "plaintext_metadata", 1),),
    received=19_998,
    answered=20_000,
    delayed=False,
    simulation=True,
    slot=Slot(19_998, 3),
)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Notices]:
    opened = Notices.open(tmp_path / "demands")
    try:
        yield opened
    finally:
        opened.close()


def test_a_notice_may_be_told_from_its_time_on_and_to_its_account_alone(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, NOW)
    assert kept.due(ALICE, NOW - 1) == ()
    assert kept.due(ALICE, NOW) == (msgspec.structs.replace(NOTICE, told=20_000),)
    assert kept.due(BOB, NOW + YEAR // 2) == ()


def test_of_one_demand_an_account_is_told_once(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, NOW)
    kept.put(ALICE, msgspec.structs.replace(NOTICE, decision="rejected"), NOW + 5)
    kept.put(BOB, NOTICE, NOW)
    assert [one.decision for one in kept.due(ALICE, NOW + 10)] == ["complied_partial"]
    assert len(kept.due(BOB, NOW)) == 1


def test_a_renewed_order_postpones_and_says_so(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, NOW)
    kept.postpone("2026-0001", NOW + 90 * DAY)
    assert kept.due(ALICE, NOW + 90 * DAY - 1) == ()
    (told,) = kept.due(ALICE, NOW + 90 * DAY)
    assert told.delayed
    assert told.told == 20_090


def test_an_order_without_an_end_is_told_when_it_was_ended(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, None)
    assert kept.due(ALICE, NOW + 50 * YEAR) == ()
    kept.postpone("2026-0001", NOW)
    assert len(kept.due(ALICE, NOW)) == 1


def test_it_is_there_after_a_restart_and_beside_who_writes(tmp_path: Path) -> None:
    folder = tmp_path / "demands"
    first = Notices.open(folder)
    first.put(ALICE, NOTICE, NOW)
    beside = Notices.open(folder)
    assert len(beside.due(ALICE, NOW)) == 1
    first.postpone("2026-0001", NOW + 1)  # seen by whoever has it open
    assert beside.due(ALICE, NOW) == ()
    beside.close()
    first.close()
    again = Notices.open(folder)
    assert len(again.due(ALICE, NOW + 1)) == 1
    again.close()


def test_nothing_is_kept_of_who_closed_an_account_nor_for_ever(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, NOW)
    kept.put(BOB, NOTICE, NOW)
    kept.forget(ALICE)
    assert kept.due(ALICE, NOW) == ()
    assert kept.sweep(NOW + KEPT - 1) == 0
    assert kept.sweep(NOW + KEPT) == 1
    assert kept.due(BOB, NOW + KEPT - 1) == ()


def test_what_an_order_still_forbids_is_not_swept(kept: Notices) -> None:
    kept.put(ALICE, NOTICE, None)
    assert kept.sweep(NOW + 100 * YEAR) == 0


def test_an_answer_holds_the_newest(kept: Notices) -> None:
    for number in range(MAX_NOTICES + 1):
        kept.put(ALICE, msgspec.structs.replace(NOTICE, demand=f"d-{number}"), NOW + number)
    shown = kept.due(ALICE, NOW + 100)
    assert [one.demand for one in shown] == [f"d-{number}" for number in range(MAX_NOTICES, 0, -1)]


def test_every_column_says_what_it_is(kept: Notices) -> None:
    cursor = kept._db.execute("SELECT * FROM notices")
    declared = {column for table, column in notices.columns() if table == "notices"}
    assert declared == {name for name, *_ in cursor.description}
    assert {column.category for column in notices.columns().values()} <= notices.schema.CLASSES


def test_two_processes_may_begin_it_at_once(tmp_path: Path) -> None:
    """A relay that looks while the first command writes: whoever comes second finds it begun."""
    path = tmp_path / notices.DATABASE
    first, second = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
    for db in (first, second):  # both saw a file of version 0
        notices.schema.migrate(db, 0, notices.STEPS)
    assert second.execute("PRAGMA user_version").fetchone() == (1,)
    first.close()
    second.close()
