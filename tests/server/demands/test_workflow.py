"""The desk from a file that comes in to a bundle that goes out, over a relay's own folder."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from demand_desk import LEFT_OUT, NOW, PERIOD, At, relay_folder, toml
from doorless_protocol.demand_log import evidence as demand_evidence
from doorless_protocol.handles import skeleton
from doorless_server.demands import (
    bundle,
    desk,
    entries,
    preserving,
    silence,
    standing,
    workflow,
)
from doorless_server.demands.inventory import InventoryError
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.log import NotYetLoggedError
from doorless_server.demands.notices import Notices
from doorless_server.demands.workflow import DeskError, RefusedError
from doorless_server.directory import opening
from doorless_server.directory import schema as log_schema
from relay_person import Person

ID = "AG-Musterstadt-2026-0017"


@pytest.fixture
def alice() -> Person:
    return Person("alice", 1)


@pytest.fixture
async def data(tmp_path: Path, alice: Person) -> Path:
    return await relay_folder(tmp_path / "relay", [alice, Person("bob", 2)], waiting=3)


@pytest.fixture
def at() -> At:
    return At()


def recorded(data: Path, at: At) -> list[entries.Entry]:
    ledger = Ledger.open(data / "demands", random=at.sources.random)
    return [one.entry for one in ledger.entries()]


def answered(data: Path, at: At, **changes: Any) -> workflow.Answer:
    """Opened now, answered after its period."""
    id_ = workflow.open_demand(data, toml(**changes), at.sources)
    at.now += 2 * PERIOD
    return workflow.answer_demand(data, id_, at.sources)


def test_nothing_is_read_before_the_public_log_shows_the_demand(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = workflow.open_demand(data, toml(), at.sources)
    read: list[object] = []
    collect = desk.collect
    monkeypatch.setattr(desk, "collect", lambda *a, **b: read.append(a) or collect(*a, **b))
    with pytest.raises(NotYetLoggedError) as waits:
        workflow.answer_demand(data, id_, at.sources)
    assert read == []
    assert not (data / "demands/out" / id_).exists()
    assert NOW < waits.value.when <= NOW + 2 * PERIOD
    at.now = waits.value.when + 1
    workflow.answer_demand(data, id_, at.sources)
    assert len(read) == 1


def test_the_answer_has_days_keys_and_sealed_envelopes(data: Path, at: At, alice: Person) -> None:
    answer = answered(data, at)
    lines = {one.kind: one for one in answer.response.items if one.target in (0, None)}
    assert lines["envelopes"].reason_code == "HELD_CIPHERTEXT_ONLY"
    assert (lines["envelopes"].records, lines["waiting"].records) == (3, 3)
    assert answer.response.decision == "complied_partial"
    sealed = sorted((answer.folder / "ciphertext").iterdir())
    assert [path.read_bytes() for path in sealed] == [alice.envelope(n).envelope for n in range(3)]
    records = json.loads((answer.folder / "records.json").read_bytes())
    of_alice = {one["kind"]: one for one in records[0]["records"]}
    assert records[0]["account"] == alice.account.hex()
    assert of_alice["created"]["reading"] == {"created_day": "2026-09-21"}
    assert of_alice["waiting"]["values"]["size"] == 2048
    assert records[1]["records"] == []
    assert not list((data / "demands/out").glob(".*"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in answer.folder.rglob("*"))
    bob = Person("bob", 2)
    assert bob.account.hex() not in (answer.folder / "records.json").read_text()


def test_the_same_demand_is_answered_with_the_same_bundle(data: Path, at: At) -> None:
    first = answered(data, at)
    before = {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()}
    count = len(recorded(data, at))
    at.now += 86_400
    again = workflow.answer_demand(data, ID, at.sources)
    assert again.response == first.response
    assert {path: path.read_bytes() for path in before} == before
    assert len(recorded(data, at)) == count


def test_a_bundle_that_was_altered_is_not_handed_out_again(data: Path, at: At) -> None:
    (answered(data, at).folder / "response.html").write_text("better for us")
    with pytest.raises(bundle.BundleError):
        workflow.answer_demand(data, ID, at.sources)


@pytest.mark.parametrize(
    "module_and_name",
    [(workflow.bundle, "write"), (workflow.records, "answered"), (workflow.records, "outcome")],
    ids=["before the bundle", "before the ledger", "before the log"],
)
def test_an_answer_that_was_cut_short_is_finished(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch, module_and_name: tuple[Any, str]
) -> None:
    id_ = workflow.open_demand(data, toml(), at.sources)
    at.now += 2 * PERIOD
    with monkeypatch.context() as broken:
        broken.setattr(*module_and_name, _fail)
        with pytest.raises(InterruptedError):
            workflow.answer_demand(data, id_, at.sources)
    at.now += 60
    workflow.answer_demand(data, id_, at.sources)
    kinds = [type(entry) for entry in recorded(data, at)]
    assert kinds == [entries.Opened, entries.Checked, entries.Answered, entries.Notified]


def _fail(*_: object, **__: object) -> None:
    raise InterruptedError


def test_a_demand_that_was_opened_half_way_is_opened_whole(
    data: Path, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(workflow.records, "opened", _fail)
        with pytest.raises(InterruptedError):
            workflow.open_demand(data, toml(), at.sources)
    workflow.open_demand(data, toml(), at.sources)
    workflow.open_demand(data, toml(), at.sources)
    assert [type(entry) for entry in recorded(data, at)] == [entries.Opened]


def test_a_malformed_file_is_refused_in_the_ledger_once(data: Path, at: At) -> None:
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"authority\.kind"):
            workflow.open_demand(data, toml(authority__kind="king"), at.sources)
    (refused,) = recorded(data, at)
    assert isinstance(refused, entries.Refused)
    assert refused.reason == "malformed: authority.kind"
    assert (refused.demand_id, len(refused.sha256)) == ("", 64)


def test_another_demand_under_a_known_id_is_refused(data: Path, at: At) -> None:
    workflow.open_demand(data, toml(), at.sources)
    with pytest.raises(RefusedError, match="another demand"):
        workflow.open_demand(data, toml(categories=["basic"], prospective=LEFT_OUT), at.sources)
    assert workflow.check_demand(data, ID, at.sources)
    assert [type(e) for e in recorded(data, at)][:2] == [entries.Opened, entries.Refused]


def test_a_demand_that_was_altered_since_it_was_opened_is_not_worked_on(data: Path, at: At) -> None:
    """A rejection needs no Pass, so the gate alone would not see it."""
    workflow.open_demand(data, toml(), at.sources)
    (data / "demands/in" / f"{ID}.toml").write_bytes(toml(verification__result="refuted"))
    for work in (workflow.check_demand, workflow.answer_demand, silence.end):
        with pytest.raises(DeskError, match="not what the ledger says was opened"):
            work(data, ID, at.sources)
    assert [type(entry) for entry in recorded(data, at)] == [entries.Opened]


def test_a_forged_order_is_answered_at_once_and_nobody_is_looked_at(data: Path, at: At) -> None:
    workflow.open_demand(data, toml(verification__result="refuted"), at.sources)
    answer = workflow.answer_demand(data, ID, at.sources)
    assert answer.response.decision == "rejected"
    assert answer.response.notice.accounts == 0
    last = recorded(data, at)[-1]
    assert isinstance(last, entries.Answered)
    assert {item.reason for item in last.items} == {"FORGED_OR_UNVERIFIED"}
    notices = Notices.open(data / "demands")
    assert notices.accounts() == ()
    notices.close()


def test_an_answer_tells_nothing_of_the_answers_before_it(data: Path, at: At) -> None:
    """The second authority is shown the same relay as the first, though a gag runs about that."""
    first = answered(data, at)
    second = answered(data, at, demand_id="A-2")
    assert second.response.inventory_snapshot == first.response.inventory_snapshot
    assert ID not in (second.folder / "response.json").read_text()


def test_everyone_is_too_much(data: Path, at: At) -> None:
    workflow.open_demand(data, toml(targets=[{"type": "everyone"}]), at.sources)
    answer = workflow.answer_demand(data, ID, at.sources)
    assert {one.reason_code for one in answer.response.items} == {"OVERBROAD"}


def test_the_ledger_names_nobody(data: Path, at: At, alice: Person) -> None:
    answered(data, at)
    text = (data / "demands/ledger.jsonl").read_text()
    for name in ("alice", alice.account.hex(), alice.device.mailbox.hex(), "nobody-is-called-so"):
        assert name not in text
    assert ID in text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"secrecy": {"gag": False}}, lambda now: now),
        ({}, lambda _: 1_798_761_600),  # 2027-01-01, the day after the order's last
        ({"secrecy__until": LEFT_OUT}, lambda _: None),
    ],
    ids=["no order", "until a day", "without an end"],
)
def test_a_person_is_told_when_it_is_allowed(
    data: Path, at: At, alice: Person, changes: dict[str, Any], told: Callable[[int], int | None]
) -> None:
    answer = answered(data, at, **changes)
    when = told(at.now)
    assert answer.response.notice.shown_from == when
    notices = Notices.open(data / "demands")
    try:
        assert not notices.due(alice.account, (when or 4_000_000_000) - 1)
        if when is not None:
            (notice,) = notices.due(alice.account, when)
            assert notice.authority == "Amtsgericht Musterstadt"
            assert {one.what: one.records for one in notice.handed}["envelopes"] == 3
            assert notice.simulation
            assert notice.slot is not None
    finally:
        notices.close()


def test_a_time_range_leaves_out_what_came_before_it(data: Path, at: At) -> None:
    late = {"from": datetime(2026, 9, 22, tzinfo=UTC)}
    answer = answered(data, at, time_range=late)
    line = next(one for one in answer.response.items if one.kind == "envelopes")
    assert (line.reason_code, line.records) == ("NOT_HELD_DELETED", 0)


@pytest.mark.parametrize("type_", ["account_id", "device_id"])
def test_a_person_is_found_by_ids_as_well(data: Path, at: At, alice: Person, type_: str) -> None:
    id_ = alice.account if type_ == "account_id" else alice.device.device
    answer = answered(data, at, targets=[{"type": type_, "value": bytes(id_).hex()}])
    assert answer.response.notice.accounts == 1
    missing = [{"type": type_, "value": "00" * len(id_)}]
    other = answered(data, at, demand_id="A-2", targets=missing)
    assert {o.reason_code for o in other.response.items if o.target == 0} >= {"NO_SUCH_ACCOUNT"}


def test_of_a_closed_account_is_given_what_stayed_behind(data: Path, at: At) -> None:
    (data / "keys").mkdir()
    (data / "keys/vrf.key").write_bytes(bytes(range(32)))
    log_schema.open_writer(data / "log.db").close()
    with closing(sqlite3.connect(data / "log.db")) as log, log:
        place = opening.place_of(data, "carol")
        log.execute("INSERT INTO labels VALUES (1, ?, 2, x'aa', x'')", (place,))
        log.execute("INSERT INTO versions VALUES (1, 1, 0, x'bb', x'cc')")
    with closing(sqlite3.connect(data / "relay.db")) as db, db:
        db.execute("INSERT INTO names VALUES (?, 20000, x'dd')", (skeleton("carol"),))
    answer = answered(data, at, targets=[{"type": "username", "value": "carol"}])
    lines = {(one.kind, one.reason_code): one for one in answer.response.items if one.target == 0}
    assert ("", "NO_SUCH_ACCOUNT") in lines
    assert lines["handle", "PRODUCED"].records == 1
    assert lines["key_log", "PRODUCED"].records == 2
    assert "closed" in lines["handle", "PRODUCED"].reason_text_en
    assert "2024-10-04" in (answer.folder / "records.json").read_text()
    assert answer.response.notice.accounts == 0
    other = answered(data, at, demand_id="A-2", targets=[{"type": "username", "value": "caro1"}])
    assert {one.kind for one in other.response.items if one.target == 0} == {""}


def test_what_is_preserved_lies_apart_and_is_deleted_in_time(data: Path, at: At) -> None:
    changes = {
        "instrument": "EU_EPOCPR",
        "preservation_only": True,
        "categories": ["basic", "content_stored"],
        "prospective": LEFT_OUT,
    }
    answer = answered(data, at, **changes)
    assert answer.response.production.files == ()
    assert {path.name for path in answer.folder.iterdir()} == {
        "manifest.json", "response.html", "response.json",
    }  # fmt: skip
    (kept,) = (data / "demands/kept").iterdir()
    assert len(list((kept / "ciphertext").iterdir())) == 3
    at.now += 90 * 86_400
    preserving.sweep(data / "demands", at.now)
    assert kept.exists()
    at.now += 86_400
    workflow.answer_demand(data, ID, at.sources)
    assert not kept.exists()


def test_silence_is_renewed_and_ends(data: Path, at: At, alice: Person) -> None:
    answered(data, at)
    with pytest.raises(DeskError, match="silence is ordered"):
        silence.reveal(data, ID, at.sources)
    silence.renew(data, ID, date(2027, 6, 30), at.sources)
    with pytest.raises(DeskError, match="is over"):
        silence.renew(data, ID, date(2020, 1, 1), at.sources)
    (listed,) = standing.all_of(data, at.sources)
    assert (listed.gag, listed.renewals, listed.decision) == (True, 1, "complied_partial")
    assert _due(data, alice, at.now) == 0
    silence.end(data, ID, at.sources)
    assert _due(data, alice, at.now) == 1
    silence.reveal(data, ID, at.sources)
    evidence = silence.reveal(data, ID, at.sources)
    with workflow.at_desk(data, at.sources) as here:
        demand, file = here.read(ID)
        pinned, record = {here.log.rules.hash.hex()}, here.slot_record(demand, file)
    assert demand_evidence.verify(evidence.read_bytes(), pinned)
    assert record.encode() in evidence.read_bytes()
    (listed,) = standing.all_of(data, at.sources)
    assert (listed.gag, listed.revealed) == (False, True)
    told = [entry.shown_from for entry in recorded(data, at) if isinstance(entry, entries.Notified)]
    assert told == [1_798_761_600, 1_814_400_000, at.now]
    kinds = [type(entry) for entry in recorded(data, at)][-3:]
    assert kinds == [entries.GagEnded, entries.Notified, entries.Revealed]


def _due(data: Path, person: Person, now: int) -> int:
    notices = Notices.open(data / "demands")
    try:
        return len(notices.due(person.account, now))
    finally:
        notices.close()


def test_an_unclassified_column_stops_the_answer(data: Path, at: At) -> None:
    with closing(sqlite3.connect(data / "relay.db")) as db:
        db.execute("ALTER TABLE envelopes ADD COLUMN colour TEXT")
    with pytest.raises(InventoryError, match="colour"):
        answered(data, at)
    assert not (data / "demands/out" / ID).exists()


def test_who_was_never_opened_is_not_answered(data: Path, at: At) -> None:
    with pytest.raises(DeskError, match="no demand"):
        workflow.answer_demand(data, "../../etc", at.sources)
    with pytest.raises(DeskError, match=r"relay\.db"):
        workflow.check_demand(data / "nowhere", ID, at.sources)
