"""S25: a relay whose demand log came back from a backup signs no second history of demands."""

import shutil
from contextlib import closing, suppress
from pathlib import Path

import pytest

from demand_stage import Desk, entries
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, verify
from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.note import Note
from doorless_server.backup import making, restoring
from doorless_server.backup.demands import is_copied
from doorless_server.datadir import DataError
from doorless_server.demands import begun
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.store.schema import open_writer


def believes_it_continues(*_: object, **__: object) -> None:
    """In the place of the checks against what was signed last."""


@pytest.mark.attack(
    "S25",
    "a demand log that was put back signs no second history",
    weaken={
        "doorless_server.demands.log.DemandLog._check_continues": believes_it_continues,
        "doorless_server.directory.heads.refuse_fork": believes_it_continues,
    },
)
def test_a_restored_demand_log_tells_no_second_history(tmp_path: Path) -> None:
    desk = Desk(tmp_path / begun.FOLDER)
    with closing(desk.open()) as log:
        desk.turn(log, 1)
    older = (desk.folder / begun.DATABASE).read_bytes()
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        desk.turn(log, 1)
        first = log.head()[1]
        assert len(entries(log)) == 3
    (desk.folder / begun.DATABASE).write_bytes(older)
    try:
        with closing(desk.open()) as log:
            desk.turn(log)
            again, rules = log.head()[1], log.rules
    except ForkRefusedError:
        return
    notes = Note.decode(first), Note.decode(again)
    try:
        verify(DemandEvidence(Kind.TWO_ROOTS, rules, notes=notes).encode(), {rules.hash.hex()})
    except DoorlessError:
        return
    pytest.fail("two histories were signed, and convict the operator")


def at_work(data: Path) -> Desk:
    """A relay's folder whose desk has a demand."""
    data.mkdir()
    open_writer(data / "relay.db").close()
    desk = Desk(data / begun.FOLDER)
    with closing(desk.open()) as log:
        desk.commit(log, "D1")
        desk.turn(log, 1)
    for name in ("in/D1.toml", "out/D1/response.json", "ledger.jsonl"):
        path = desk.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(name)
    return desk


@pytest.mark.attack(
    "S25",
    "a demand log that is older than what was signed is not put back",
    weaken={"doorless_server.backup.demands.check_continues": believes_it_continues},
)
def test_an_older_demand_log_is_not_put_back(tmp_path: Path) -> None:
    data, to = tmp_path / "data", tmp_path / "backup"
    desk = at_work(data)
    making.make(data, to, 0)
    with closing(desk.open()) as log:
        desk.turn(log, 1)
    (data / "relay.db").unlink()
    (desk.folder / begun.DATABASE).unlink()
    with suppress(ForkRefusedError):
        restoring.restore(to, data)
    assert not (desk.folder / begun.DATABASE).exists()


def test_what_is_at_the_desk_comes_back_and_goes_on(tmp_path: Path) -> None:
    data, to = tmp_path / "data", tmp_path / "backup"
    desk = at_work(data)
    making.make(data, to, 0)
    kept = {path.relative_to(to).as_posix() for path in to.rglob("demands/**/*") if path.is_file()}
    assert kept == {
        *("demands/log.db", "demands/log.rules", "demands/ledger.jsonl"),
        *("demands/keys/log.key", "demands/keys/slots.key"),
        *("demands/in/D1.toml", "demands/out/D1/response.json"),
    }
    assert [path for path in to.rglob("*") if path.stat().st_mode & 0o077] == []
    heads = (desk.folder / begun.HEADS).read_bytes()
    shutil.rmtree(data)
    with pytest.raises(DataError, match="heads-lost"):
        restoring.restore(to, data)
    desk.folder.mkdir(parents=True, exist_ok=True)
    (desk.folder / begun.HEADS).write_bytes(heads)
    restoring.restore(to, data)
    assert [path for path in (desk.folder / "out").rglob("*") if path.stat().st_mode & 0o077] == []
    assert (desk.folder / "in" / "D1.toml").read_text() == "in/D1.toml"
    with closing(desk.open(name=None)) as log:
        log.proof("D1").check(log.rules)
        desk.turn(log, 1)
        assert len(entries(log)) == 3


OF_ONE_MACHINE = (
    *("demands", "demands/", "demands/heads.db", "demands/lock", "demands/log.lock"),
    *("demands/../keys/log.key", "demands//x", "demands/log.db-wal", "demands/x.new", "other/x"),
)


@pytest.mark.parametrize("name", OF_ONE_MACHINE)
def test_no_backup_names_what_is_of_one_machine(name: str) -> None:
    assert not is_copied(name)
