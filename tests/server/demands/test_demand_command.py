"""`doorless-relay demand`, as somebody types it."""

import errno
import hashlib
import json
import os
import shlex
import socket
import sqlite3
from contextlib import nullcontext
from pathlib import Path
from random import Random

import pytest

import doorless_server.__main__ as main
from demand_desk import EXAMPLE, LEFT_OUT, NOW, PERIOD, relay_folder, toml
from doorless_server.demands.page import MARK
from relay_person import Person

HOWTO = EXAMPLE.with_name("answer-a-demand.md").read_text()
ID = "AG-Musterstadt-2026-0017"


class Clock:
    now = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(main, "_clock", lambda: clock.now)
    monkeypatch.setattr(main.secrets, "token_bytes", Random(4).randbytes)
    return clock


@pytest.fixture
async def data(tmp_path: Path) -> str:
    return str(await relay_folder(tmp_path / "relay", [Person("alice", 1)], waiting=3))


def database_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def demand(data: str, *arguments: str) -> int:
    return main.main(["demand", *arguments, "--data", data])


def test_the_way_of_the_how_to(data: str, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    assert demand(data, "open", str(EXAMPLE)) == 0
    assert f"Next: doorless-relay demand check {ID} --data {data}" in capsys.readouterr().out
    assert demand(data, "check", ID) == 0
    checked = capsys.readouterr().out
    assert "ok    authentic" in checked
    assert "answered item by item" in checked
    assert demand(data, "answer", ID) == 1
    waits = capsys.readouterr().err
    assert waits.startswith("doorless-relay: nothing may be read before the public log shows")
    assert len(waits.splitlines()) == 1
    clock.now += 2 * PERIOD
    assert demand(data, "answer", ID) == 0
    said = capsys.readouterr().out
    assert said.startswith(MARK)
    assert "HELD_CIPHERTEXT_ONLY  (3 records, 6,144 bytes)" in said
    quoted = [line.strip() for line in HOWTO.splitlines() if "  PRODUCED" in line or "_" in line]
    shown = [line for line in quoted if line.split("  ")[-1].strip("(").isupper()]
    assert len(shown) >= 4
    assert set(shown) <= set(said.splitlines())
    assert "NOT_HELD_NEVER_COLLECTED" in said
    assert "N01" in said
    assert max(len(line) for line in said.splitlines() if data not in line) < 100
    assert demand(data, "list") == 0
    assert (
        "answered: complied_partial · silence up to and with 2026-12-31" in capsys.readouterr().out
    )


def test_silence_on_the_command_line(
    data: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    demand(data, "open", str(EXAMPLE))
    clock.now += 2 * PERIOD
    assert demand(data, "reveal", ID) == 1
    assert "silence is ordered" in capsys.readouterr().err
    assert demand(data, "renew", ID, "--until", "2027-06-30") == 0
    assert "Silence goes on up to and with 2027-06-30;" in capsys.readouterr().out
    demand(data, "list")
    assert "silence up to and with 2027-06-30, renewed once" in capsys.readouterr().out
    assert demand(data, "renew", ID, "--no-end") == 0
    assert "Silence goes on without an end;" in capsys.readouterr().out
    assert demand(data, "end-gag", ID) == 0
    assert demand(data, "end-gag", ID) == 1
    assert demand(data, "reveal", ID) == 0
    capsys.readouterr()
    demand(data, "list")
    assert "revealed" in capsys.readouterr().out


def test_everything_is_there_for_scripts(
    data: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    demand(data, "open", str(EXAMPLE), "--json")
    clock.now += 2 * PERIOD
    for arguments in (("check", ID), ("answer", ID), ("list",), ("renew", ID, "--no-end")):
        demand(data, *arguments, "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"opened": ID}
    assert {one["name"]: one["pass"] for one in lines[1]["checks"]}["in_time"] is None
    assert lines[2]["response"]["decision"] == "complied_partial"
    assert lines[3]["demand_id"] == ID
    assert lines[4] == {"renewed": ID, "until": None}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("demand_id = 7", "demand_id"),
        ("x" * 10_000_000, "has more than 65,536 bytes"),
        ("a = " + "[" * 5_000, "brackets within brackets"),
        ('demand_id = "\x1b[2J"', "not TOML, at line 1"),
    ],
)
def test_a_file_that_is_no_demand_ends_in_one_line(
    data: str,
    clock: Clock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    says: str,
) -> None:
    file = tmp_path / "demand.toml"
    file.write_text(text)
    assert demand(data, "open", str(file)) == 1
    error = capsys.readouterr().err
    assert says in error
    assert len(error.splitlines()) == 1
    assert "\x1b" not in error
    demand(data, "list")
    assert "refused" in capsys.readouterr().out


def test_what_is_not_there_is_said_so(
    data: str, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demand(data, "open", str(tmp_path / "none.toml")) == 1
    assert demand(data, "answer", "nothing") == 1
    assert demand(str(tmp_path), "list") == 1
    assert demand(data, "list") == 0
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == "no demand was ever opened here\n"
    with pytest.raises(SystemExit):
        demand(data, "renew", ID, "--until", "soon")


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "socket"])
@pytest.mark.timeout(20)
def test_what_is_no_ordinary_file_is_refused_at_once(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / "given"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path = Path("/dev/zero")
        case "socket":
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(path))
    assert demand(data, "open", str(path)) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"doorless-relay: {path} is no ordinary file")
    assert len(error.splitlines()) == 1
    demand(data, "list")
    assert capsys.readouterr().out == "no demand was ever opened here\n"


async def test_the_next_command_can_be_pasted(
    tmp_path: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(await relay_folder(tmp_path / "a relay's", []))
    assert demand(folder, "open", str(EXAMPLE)) == 0
    pasted = capsys.readouterr().out.partition("Next: doorless-relay ")[2]
    assert main.main(shlex.split(pasted)) == 0


def test_a_canary_that_is_not_there_names_the_whole_command(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["canary", "show", "--data", data]) == 1
    hint = capsys.readouterr().err.partition("doorless-relay canary sign")[2].strip()
    assert hint == f"--data {data} --name NAME --until DATE"


def test_a_file_as_windows_editors_write_it_is_a_demand(
    data: str, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "demand.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes().replace(b"\n", b"\r\n"))
    operator = Path(data) / "demands" / "operator.toml"
    operator.write_bytes(b"\xef\xbb\xbf" + operator.read_bytes())
    assert demand(data, "open", str(file)) == 0
    assert demand(data, "check", ID) == 0
    capsys.readouterr()
    first = json.loads((Path(data) / "demands" / "ledger.jsonl").read_text().splitlines()[0])
    assert first["entry"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_one_file_is_called_one(
    data: str, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "demand.toml"
    file.write_bytes(toml(categories=["basic"], prospective=LEFT_OUT))
    demand(data, "open", str(file))
    clock.now += 2 * PERIOD
    assert demand(data, "answer", ID) == 0
    assert "\n1 file, " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("open", str(EXAMPLE)), ("list",), ("answer", ID)])
@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: make room"),
        (OSError(errno.EIO, "Input/output error"), "it is full or failing; make room, or look"),
        (OSError(errno.EROFS, "Read-only file system"), "it is read-only: make it writable"),
        (database_error(sqlite3.SQLITE_FULL), "the disk is full: make room"),
        (database_error(sqlite3.SQLITE_IOERR_WRITE), "it is full or failing; make room, or look"),
        (database_error(sqlite3.SQLITE_CANTOPEN), "make room, or see who may write there"),
    ],
)
def test_a_disk_that_refuses_is_said_so(
    data: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    error: Exception,
    says: str,
) -> None:
    def refuses(*_: object) -> None:
        raise error

    monkeypatch.setattr("doorless_server.demands.ledger.fcntl.flock", refuses)
    monkeypatch.setattr("doorless_server.demands.workflow._alone", nullcontext)
    assert demand(data, *arguments) == 1
    said = capsys.readouterr().err
    assert says in said
    assert data in said
    assert len(said.splitlines()) == 1
