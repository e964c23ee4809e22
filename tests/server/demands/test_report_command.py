"""`doorless-relay report`: a year with a gag, from the ledger on the disk to the files."""

import argparse
import csv
import errno
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.notice_frames import Notice
from doorless_protocol.primitives import sha256
from doorless_server.__main__ import main
from doorless_server.commands import report
from doorless_server.commands.base import CommandError, Sources
from doorless_server.demands.chain import Head
from doorless_server.demands.entries import Answered, Entry, Notified, Reported
from doorless_server.demands.ledger import FILE, Ledger
from doorless_server.demands.notices import Notices
from doorless_server.store import schema
from made_up_ledger import at, came, decided

GAG_ENDS = at("2026-11-01")
NOTICE = Notice(
    *("secret", "court", "FR", "", "", "US_WARRANT", (), "complied_partial", ()),
    *(0, 0, True, False),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A relay's folder, of an operator with a name."""
    schema.open_writer(tmp_path / "relay.db").close()
    (tmp_path / "demands").mkdir(mode=0o700)
    (tmp_path / "demands" / "operator.toml").write_text('name = "Example Relay"\n')
    return tmp_path


def opened(data: Path) -> Ledger:
    return Ledger.open(data / "demands", random=os.urandom)


def fill(data: Path, told: list[tuple[int, Entry]]) -> None:
    ledger = opened(data)
    for when, entry in sorted(told, key=lambda one: one[0]):
        ledger.append(entry, when)


def a_year_with_a_gag() -> list[tuple[int, Entry]]:
    told = decided(at("2026-02-01"), came("open", simulation=False))
    secret = came("secret", "US_WARRANT", country="FR", gag=True, until=GAG_ENDS, simulation=False)
    told += decided(at("2026-03-01"), secret)
    return [*told, (at("2026-03-02"), Notified("secret", 1, GAG_ENDS))]


def made(data: Path, now: int, *arguments: str) -> Any:
    """The JSON of a report, which is also written as HTML and CSV."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    files = [data / f"report.{form}" for form in ("html", "json", "csv")]
    named = [word for path in files for word in (f"--{path.suffix[1:]}", str(path))]
    chosen = parser.parse_args(["--data", str(data), *arguments, *named])
    report.run(chosen, Sources(lambda: now, os.urandom, lambda: 0.0))
    return json.loads(files[1].read_text())


def without_ledger(told: Any) -> Any:
    header = {name: told for name, told in told["header"].items() if "edger" not in name}
    return {**told, "header": {k: v for k, v in header.items() if "hash" not in k}}


def test_the_report_of_a_year_with_a_gag_matches_the_ledger(data: Path, tmp_path: Path) -> None:
    fill(data, a_year_with_a_gag())
    while_it_runs = made(data, GAG_ENDS - 1)
    assert [section["title"] for section in while_it_runs["sections"]] == [
        "Demand 1: US_SUBPOENA, US, 2026-02-01"
    ]
    assert while_it_runs["header"]["Jurisdictions"] == "US"
    for form in ("html", "json", "csv"):
        text = (data / f"report.{form}").read_text()
        assert "secret" not in text.replace("an order of secrecy", "")
        assert "FR" not in text
        assert "US_WARRANT" not in text
    after = made(data, GAG_ENDS)
    assert len(after["sections"]) == 2
    assert after["header"]["Jurisdictions"] == "FR, US"
    assert "ordered 2026-03-01; ended with 2026-10-31" in (data / "report.html").read_text()
    totals = made(data, GAG_ENDS, "--format", "microsoft", "--period", "2026-H1")
    answers = [one for one in opened(data).entries() if isinstance(one.entry, Answered)]
    assert totals["sections"][0]["tables"][0]["rows"][-1]["Requests"] == len(answers) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "signal"),
        ("--format", "microsoft", "--period", "2026-H1"),
        ("--format", "bands-250", "--period", "2026-H1"),
    ],
)
def test_a_ledger_with_a_secret_and_one_without_give_the_same_report(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    told = []
    for name in ("with", "without"):
        folder = tmp_path / name
        (folder / "demands").mkdir(parents=True)
        schema.open_writer(folder / "relay.db").close()
        (folder / "demands" / "operator.toml").write_text('name = "Example Relay"\n')
        entries = a_year_with_a_gag()
        fill(folder, entries if name == "with" else entries[:2])
        told.append(made(folder, GAG_ENDS - 1, *arguments))
    assert without_ledger(told[0]) == without_ledger(told[1])


def test_the_hash_of_the_schema_is_the_same_before_and_after_the_first_notice(
    tmp_path: Path,
) -> None:
    hashes = []
    for name in ("none", "one"):
        folder = tmp_path / name
        (folder / "demands").mkdir(parents=True)
        schema.open_writer(folder / "relay.db").close()
        (folder / "demands" / "operator.toml").write_text('name = "Example Relay"\n')
        if name == "one":
            with closing(Notices.open(folder / "demands")) as notices:
                notices.put(bytes(32), NOTICE, None)
        hashes.append(made(folder, GAG_ENDS)["header"]["Schema of what is held (SHA-256)"])
    assert hashes[0] == hashes[1]


def test_a_report_bears_the_head_under_which_it_is_recorded(data: Path) -> None:
    fill(data, a_year_with_a_gag())
    header = made(data, GAG_ENDS)["header"]
    head = Head(
        header["Ledger (hash of its last line)"],
        header["Signature of that hash (Ed25519)"],
        header["Key of the ledger (Ed25519)"],
    )
    head.verify()
    last = opened(data).entries()[-1]
    assert last.hash == head.hash
    assert isinstance(last.entry, Reported)
    assert last.entry.format == "signal"
    assert len(last.entry.sha256) == 2 * len(sha256(b""))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full: make room"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "it is full or failing; make room, or look at the disk"),
    ],
)
def test_a_disk_that_refuses_is_said_so(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    says: str,
) -> None:
    def refuses(*_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(Notices, "open", refuses)
    assert main(["report", "--data", str(data)]) == 1
    said = capsys.readouterr().err
    assert says in said
    assert str(data) in said
    assert len(said.splitlines()) == 1


def test_a_ledger_that_finds_no_room_is_said_so(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("doorless_server.demands.ledger.os.pwrite", refuses)
    assert main(["report", "--data", str(data)]) == 1
    assert "the disk is full: make room" in capsys.readouterr().err


def test_no_report_is_made_of_an_empty_ledger(data: Path) -> None:
    """Its head would tell that nothing ever came."""
    header = made(data, GAG_ENDS)["header"]
    assert header["Ledger (hash of its last line)"] == opened(data).entries()[-1].hash


def test_every_form_says_the_same(data: Path) -> None:
    fill(data, a_year_with_a_gag())
    told = made(data, GAG_ENDS, "--format", "microsoft", "--period", "2026-H1")
    page, table = (data / "report.html").read_text(), (data / "report.csv").read_text()
    lines = {tuple(line[3:]) for line in csv.reader(table.splitlines())}
    for name, value in told["header"].items():
        assert (name, str(value)) in lines
        assert str(value) in page
    for section in told["sections"]:
        for each in section["tables"]:
            for row in each["rows"]:
                assert {(name, str(value)) for name, value in row.items()} <= lines


def test_a_second_structure_of_bands_is_refused_and_nothing_is_written(data: Path) -> None:
    now = at("2026-07-02")
    assert made(data, now, "--format", "bands-500")["period"] == "2026-H1"
    (data / "report.json").unlink()
    with pytest.raises(CommandError, match="reported as bands-500"):
        made(data, now, "--format", "bands-1000")
    assert not (data / "report.json").exists()
    assert len(opened(data).entries()) == 1
    made(data, now, "--format", "bands-500")


def test_a_report_that_is_not_due_is_refused_with_the_day(data: Path) -> None:
    with pytest.raises(CommandError, match="from 2028-01-01 on"):
        made(data, at("2027-07-02"), "--format", "bands-100", "--period", "2026")


def test_a_period_of_the_wrong_kind_is_a_mistake_of_use(data: Path) -> None:
    with pytest.raises(CommandError, match="half a year") as found:
        made(data, at("2027-07-02"), "--format", "bands-500", "--period", "2026")
    assert found.value.code == 2


def test_a_damaged_ledger_is_not_reported_from(data: Path) -> None:
    fill(data, a_year_with_a_gag())
    lines = (data / "demands" / FILE).read_bytes().splitlines(keepends=True)
    (data / "demands" / FILE).write_bytes(b"".join(lines[1:]))
    with pytest.raises(CommandError, match="line 1 of the ledger is damaged"):
        made(data, GAG_ENDS)


def test_a_file_that_cannot_be_written_is_said(data: Path) -> None:
    (data / "report.csv").mkdir()
    with pytest.raises(CommandError, match="cannot write"):
        made(data, GAG_ENDS)


def test_without_a_file_it_goes_to_standard_output(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--data", str(data)]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "signal"


@pytest.mark.parametrize("wrong", ["2026-H3", "last"])
def test_a_period_that_is_none_is_usage(
    wrong: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as found:
        main(["report", "--data", str(data), "--period", wrong])
    assert found.value.code == 2
    assert "is no period" in capsys.readouterr().err


def test_what_is_no_relays_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="operator"):
        made(tmp_path, GAG_ENDS)
