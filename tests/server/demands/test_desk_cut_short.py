"""The desk after what cut it short: a process that ended, a log that came back from a copy, a relay
that laid a slot open while nobody was there."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from demand_desk import LEFT_OUT, PERIOD, At, relay_folder, toml
from doorless_protocol.demand_log.record import NO_END
from doorless_protocol.notice_frames import Notice
from doorless_server import datadir
from doorless_server.backup.demands import desk_at_rest, is_copied
from doorless_server.demands import bundle, entries, preserving, silence, standing, workflow
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.log import DemandLog, NotYetLoggedError
from doorless_server.demands.notices import Notices
from doorless_server.limits import DAY
from relay_person import Person

ID = "AG-Musterstadt-2026-0017"
ALICE = Person("alice", 1)
NO_ORDER = {"secrecy": {"gag": False}}
LAST_DAY = 1_798_761_600  # 2027-01-01: the order's last day is over
LATER = date(2027, 6, 30)
AFTER_LATER = 1_814_400_000


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    return await relay_folder(tmp_path / "relay", [ALICE, Person("bob", 2)], waiting=3)


@pytest.fixture
def at() -> At:
    return At()


def opened(data: Path, at: At, **changes: Any) -> None:
    """And in the public log."""
    workflow.open_demand(data, toml(**changes), at.sources)
    at.now += 2 * PERIOD


def cut_short(data: Path, at: At, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str) -> None:
    """An answer whose process ends where this is called."""
    with monkeypatch.context() as broken:
        broken.setattr(holder, name, ends)
        with pytest.raises(InterruptedError):
            workflow.answer_demand(data, ID, at.sources)


def ends(*_: object, **__: object) -> None:
    raise InterruptedError


def due(data: Path, now: int) -> tuple[Notice, ...]:
    with closing(Notices.open(data / "demands")) as notices:
        return notices.due(ALICE.account, now)


def held(data: Path, at: At) -> list[entries.Entry]:
    ledger = Ledger.open(data / "demands", random=at.sources.random)
    return [one.entry for one in ledger.entries()]


def told_from(data: Path, at: At) -> list[int]:
    return [one.shown_from for one in held(data, at) if isinstance(one, entries.Notified)]


# --- an answer -----------------------------------------------------------------------------------


def test_nobody_is_told_of_an_answer_that_was_not_written(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(data, at, **NO_ORDER)
    cut_short(data, at, monkeypatch, bundle, "write")
    assert due(data, at.now) == ()
    at.now += DAY
    workflow.answer_demand(data, ID, at.sources)
    (notice,) = due(data, at.now)
    assert notice.answered == at.now // DAY
    assert told_from(data, at) == [at.now]


def test_a_person_is_told_what_the_answer_says_that_was_written(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two attempts she fetched her mail: nobody was given it."""
    opened(data, at, **NO_ORDER)
    cut_short(data, at, monkeypatch, bundle, "write")
    with closing(sqlite3.connect(data / "relay.db")) as db, db:
        db.execute("DELETE FROM envelopes")
    answer = workflow.answer_demand(data, ID, at.sources)
    given = {one.kind: one.records for one in answer.response.items if one.records}
    (notice,) = due(data, at.now)
    assert "envelopes" not in given
    assert {one.what: one.records for one in notice.handed} == given


def test_who_is_not_in_the_answer_that_was_written_is_not_told(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(data, at, **NO_ORDER)
    cut_short(data, at, monkeypatch, bundle, "write")
    with closing(sqlite3.connect(data / "relay.db")) as db, db:
        db.execute("DELETE FROM accounts WHERE handle = 'alice'")
    assert workflow.answer_demand(data, ID, at.sources).response.notice.accounts == 0
    assert due(data, at.now) == ()


@pytest.mark.parametrize("where", ["answered", "outcome"])
def test_silence_that_was_renewed_meanwhile_is_kept(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    opened(data, at)
    cut_short(data, at, monkeypatch, workflow.records, where)
    silence.renew(data, ID, LATER, at.sources)
    workflow.answer_demand(data, ID, at.sources)
    assert told_from(data, at)[-1] == AFTER_LATER
    assert due(data, AFTER_LATER - 1) == ()
    assert len(due(data, AFTER_LATER)) == 1


def test_silence_without_an_end_that_was_ordered_meanwhile_is_kept(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(data, at)
    cut_short(data, at, monkeypatch, workflow.records, "answered")
    silence.renew(data, ID, None, at.sources)
    workflow.answer_demand(data, ID, at.sources)
    assert told_from(data, at) == []
    assert due(data, 4_000_000_000) == ()
    silence.end(data, ID, at.sources)
    assert len(due(data, at.now)) == 1
    assert told_from(data, at) == [at.now]


def test_silence_that_was_lifted_meanwhile_is_not_ordered_anew(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(data, at)
    cut_short(data, at, monkeypatch, workflow.records, "answered")
    silence.end(data, ID, at.sources)
    lifted = at.now
    at.now += 60
    workflow.answer_demand(data, ID, at.sources)
    assert told_from(data, at) == [lifted]
    assert len(due(data, lifted)) == 1


def test_what_was_read_for_an_answer_that_never_came_is_deleted(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(data, at)
    cut_short(data, at, monkeypatch, bundle, "_write")
    drafts = {path.name for path in (data / "demands/out").iterdir()}
    assert drafts == {f".{ID}.new", f".{ID}.read"}
    standing.all_of(data, at.sources)
    assert list((data / "demands/out").iterdir()) == []


def test_a_draft_of_what_was_preserved_is_not_kept_for_ever(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    preserves = {"instrument": "EU_EPOCPR", "preservation_only": True, "prospective": LEFT_OUT}
    opened(data, at, categories=["basic", "content_stored"], **preserves)
    cut_short(data, at, monkeypatch, preserving.bundle, "_write")
    assert len(list((data / "demands/kept").glob(".*"))) == 1
    at.now += DAY  # its draft has another name now
    workflow.answer_demand(data, ID, at.sources)
    assert [path.name[0] for path in (data / "demands/kept").iterdir()] == [ID[0]]


def test_what_was_preserved_first_stays(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    preserves = {"instrument": "EU_EPOCPR", "preservation_only": True, "prospective": LEFT_OUT}
    opened(data, at, categories=["basic", "content_stored"], **preserves)
    cut_short(data, at, monkeypatch, workflow.page, "render")
    (kept,) = (data / "demands/kept").iterdir()
    before = bundle.read(kept)
    with closing(sqlite3.connect(data / "relay.db")) as db, db:
        db.execute("DELETE FROM envelopes")
    at.now += DAY
    workflow.answer_demand(data, ID, at.sources)
    assert list((data / "demands/kept").iterdir()) == [kept]
    assert bundle.read(kept) == before


def test_a_file_that_is_not_the_desks_is_left_where_it_is(data: Path, at: At) -> None:
    opened(data, at)
    folder = workflow.answer_demand(data, ID, at.sources).folder.parent
    (folder / ".DS_Store").write_bytes(b"of the machine")
    assert workflow.answer_demand(data, ID, at.sources).response.items
    assert (folder / ".DS_Store").exists()


@pytest.mark.parametrize("gone", [f"in/{ID}.toml", f"out/{ID}"])
def test_what_is_missing_is_not_made_anew(data: Path, at: At, gone: str) -> None:
    opened(data, at)
    workflow.answer_demand(data, ID, at.sources)
    (data / "demands" / gone).rename(data / "elsewhere")
    with pytest.raises((workflow.DeskError, bundle.BundleError), match=r"restore it|not what"):
        workflow.answer_demand(data, ID, at.sources)
    assert not (data / "demands" / gone).exists()


def test_no_draft_is_in_a_backup() -> None:
    assert is_copied(f"demands/out/{ID}/response.json")
    for name in (f"out/.{ID}.new/response.json", f"kept/.{ID}-1.new/ciphertext/001.bin"):
        assert not is_copied(f"demands/{name}")


def test_a_demand_in_the_ledger_is_in_the_log(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no answer, that of a forged order neither, is about a demand without a slot."""
    with monkeypatch.context() as broken:
        broken.setattr(DemandLog, "commit", ends)
        with pytest.raises(InterruptedError):
            workflow.open_demand(data, toml(verification__result="refuted"), at.sources)
    assert held(data, at) == []
    with pytest.raises(workflow.DeskError, match="no demand"):
        workflow.answer_demand(data, ID, at.sources)


def test_a_disk_that_takes_a_part_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, what: write(to, what[:7]))
    datadir.write_once(tmp_path / "demand.toml", b"demand_id" * 9)
    assert (tmp_path / "demand.toml").read_bytes() == b"demand_id" * 9


# --- silence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "when"),
    [
        (lambda data, at: silence.renew(data, ID, LATER, at.sources), AFTER_LATER),
        (lambda data, at: silence.end(data, ID, at.sources), None),
    ],
    ids=["renew", "end"],
)
def test_silence_that_was_cut_short_before_its_last_line_is_finished(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch, work: Any, when: int | None
) -> None:
    opened(data, at)
    workflow.answer_demand(data, ID, at.sources)
    with monkeypatch.context() as broken:
        broken.setattr(silence, "_tell_ledger", ends)
        with pytest.raises(InterruptedError):
            work(data, at)
    moment, at.now = at.now, at.now + PERIOD
    work(data, at)
    assert told_from(data, at) == [LAST_DAY, when or moment]
    kinds = [type(entry) for entry in held(data, at)]
    assert kinds.count(entries.GagRenewed) + kinds.count(entries.GagEnded) == 1


@pytest.mark.parametrize("renewed", [True, False])
def test_no_end_of_silence_tells_before_the_day_that_the_demand_allows(
    data: Path, at: At, renewed: bool
) -> None:
    allowed = date(2028, 1, 1)
    moment = int(datetime(2028, 1, 1, tzinfo=UTC).timestamp())
    opened(data, at, user_notice_allowed_from=allowed)
    workflow.answer_demand(data, ID, at.sources)
    if renewed:
        silence.renew(data, ID, LATER, at.sources)
    else:
        silence.end(data, ID, at.sources)
    assert due(data, moment - 1) == ()
    assert len(due(data, moment)) == 1
    assert told_from(data, at)[-1] == moment


# --- the relay, and copies -----------------------------------------------------------------------


def test_a_slot_that_the_relay_laid_open_by_itself_is_in_the_ledger(data: Path, at: At) -> None:
    opened(data, at, **NO_ORDER)
    workflow.answer_demand(data, ID, at.sources)
    relay = {"name": "relay.example", "random": at.sources.random, "now": at.now}
    with closing(DemandLog.open(data / "demands", **relay)) as log:
        log.turn(at.now)
        assert log.is_revealed(ID)
    for _ in range(2):
        (listed,) = standing.all_of(data, at.sources)
        assert listed.revealed
    silence.reveal(data, ID, at.sources)
    assert [type(one) for one in held(data, at)].count(entries.Revealed) == 1


@pytest.mark.parametrize("until", [LATER, None])
def test_a_log_from_before_a_renewal_keeps_silent_as_the_ledger_says(
    data: Path, at: At, until: date | None
) -> None:
    opened(data, at)
    workflow.answer_demand(data, ID, at.sources)
    for name in ("log.db", "notices.db"):
        shutil.copyfile(data / "demands" / name, data / name)
    silence.renew(data, ID, until, at.sources)
    for name in ("log.db", "notices.db"):
        (data / name).replace(data / "demands" / name)
    standing.all_of(data, at.sources)
    end = NO_END if until is None else AFTER_LATER
    with workflow.at_desk(data, at.sources) as here:
        assert here.log.silent_until(ID) == end
    assert due(data, min(end, 4_000_000_000) - 1) == ()
    assert len(due(data, AFTER_LATER)) == (until is not None)


def test_a_demand_that_the_log_lost_is_committed_anew(data: Path, at: At) -> None:
    copy = data / "log.db"
    workflow.open_demand(data, toml(demand_id="A-1"), at.sources)
    shutil.copyfile(data / "demands/log.db", copy)
    workflow.open_demand(data, toml(), at.sources)
    copy.replace(data / "demands/log.db")
    with pytest.raises(NotYetLoggedError):
        workflow.answer_demand(data, ID, at.sources)
    at.now += 2 * PERIOD
    assert workflow.answer_demand(data, ID, at.sources).response.items


def test_one_process_at_a_time_is_at_the_desk_and_a_backup_waits_for_it(data: Path, at: At) -> None:
    lock = data / "demands" / workflow.LOCK
    with workflow.at_desk(data, at.sources):
        assert datadir.is_taken(os.open(lock, os.O_RDONLY))
    with desk_at_rest(data):
        assert datadir.is_taken(os.open(lock, os.O_RDONLY))
    assert not datadir.is_taken(os.open(lock, os.O_RDONLY))
