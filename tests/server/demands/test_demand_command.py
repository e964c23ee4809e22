"""`doorless-relay demand`, as somebody types it."""

import json
from pathlib import Path
from random import Random

import pytest

import doorless_server.__main__ as main
from demand_desk import EXAMPLE, NOW, PERIOD, relay_folder
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


def demand(data: str, *arguments: str) -> int:
    return main.main(["demand", *arguments, "--data", data])


def test_the_way_of_the_how_to(data: str, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    assert demand(data, "open", str(EXAMPLE)) == 0
    assert f"demand check {ID}" in capsys.readouterr().out
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
    assert "answered: complied_partial · silence until 2027-01-01" in capsys.readouterr().out


def test_silence_on_the_command_line(
    data: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    demand(data, "open", str(EXAMPLE))
    clock.now += 2 * PERIOD
    assert demand(data, "reveal", ID) == 1
    assert "silence is ordered" in capsys.readouterr().err
    assert demand(data, "renew", ID, "--until", "2027-06-30") == 0
    assert demand(data, "renew", ID, "--no-end") == 0
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
        ("x" * 70_000, "bytes, more than"),
        ('demand_id = "\x1b[2J"', "U+001B"),
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
    assert says in error or "TOML" in error
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
