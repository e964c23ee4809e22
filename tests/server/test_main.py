"""The relay as a process: its one line, its exit codes, its folder, and what it shows of it."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.log.note import Vkey
from doorless_server.__main__ import main
from doorless_server.store import schema
from doorless_server.store.base import Arriving, Listing, Seat
from doorless_server.store.sqlite import SqliteStore

Start = Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]
COMMAND = [sys.executable, "-m", "doorless_server"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def serve(*more: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        command = [*COMMAND, "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"]
        process = subprocess.Popen(
            [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield serve
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_when_ready_and_ends_with_0(start: Start, number: signal.Signals) -> None:
    process, ready = start("--json")
    assert ready["event"] == "ready"
    assert ready["url"] == f"ws://{ready['relay']}"
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events == ["serving", "draining", "stopped"]


def test_the_log_key_is_the_same_at_every_start(start: Start) -> None:
    keys = []
    for _ in range(2):
        process, ready = start("--name", "relay.example")
        assert ready["relay"] == "relay.example"
        keys.append(ready["log_key"])
        process.terminate()
        process.wait(timeout=60)
    assert keys[0] == keys[1]
    assert [Vkey.parse(key).name for key in keys[0].split()] == ["relay.example/keys"] * 2


def test_its_folder_is_its_owners_alone(start: Start, tmp_path: Path) -> None:
    start()
    data = tmp_path / "data"
    found = [data, *data.rglob("*")]
    assert {path.name for path in found} >= {"relay.db", "log.db", "heads.db", "log.key", "vrf.key"}
    assert [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_second_relay_on_the_same_folder_is_refused(start: Start, tmp_path: Path) -> None:
    start()
    command = [*COMMAND, "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.count("\n") == 1
    assert "another process" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["serve", "--data", "{}", "--listen", "0.0.0.0:0"], 2),
        (["serve", "--data", "{}", "--listen", "[::]:0"], 2),
        (["serve", "--data", "{}", "--listen", "relay.example:1"], 2),
        (["serve", "--data", "{}", "--listen", "nonsense"], 2),
        (["serve", "--data", "{}", "--listen", "127.0.0.1:99999"], 2),
        (["serve", "--data", "{}", "--listen", "127.0.0.1:0", "--tls-cert", "x"], 2),
        (
            [
                "serve",
                "--data",
                "{}",
                *["--listen", "127.0.0.1:0", "--tls-cert", "/x", "--tls-key", "/x"],
            ],
            1,
        ),
        (["inspect", "--data", "{}"], 1),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert main([each.format(data) for each in arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("doorless-relay: ")
    if code == 2:
        assert not data.exists()


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["inspect", "--help"]])
def test_everything_has_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 0
    assert "usage: doorless-relay" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["no database", "newer", "key"])
def test_a_damaged_folder_is_reported_and_left_alone(
    spoil: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    if spoil == "key":
        (data / "keys" / "log.key").write_bytes(b"short")
    elif spoil == "newer":
        db = schema.open_writer(data / "relay.db")
        db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        (data / "relay.db").write_bytes(b"this is no database" * 100)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert main(["serve", "--data", str(data), "--listen", "127.0.0.1:0"]) == 1
    assert capsys.readouterr().err.count("doorless-relay: ") == 1
    assert {path: path.read_bytes() for path in before} == before


async def test_inspect_shows_every_row_with_the_class_of_every_column(
    start: Start, tmp_path: Path, alice: Any, bob: Any
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    store = await SqliteStore.open(data / "relay.db")
    for name in ("alice", "bob"):
        seat = Seat(name.encode(), b"d" + name.encode(), b"m" + name.encode(), b"k")
        listing = Listing(1, b"h", b"p", b"head", b"manifest" * 9, (seat,), (b"b" + name.encode(),))
        await store.create(name, listing, b"token", 1)
    hour = int(time.time()) // 3600  # or the relay would sweep it away
    await store.put([Arriving(b"malice", bytes(16), bytes(2048), b"token")], hour, 0)
    await store.close()
    start()  # it serves while we look

    def inspect(*more: str) -> list[dict[str, Any]]:
        command = [*COMMAND, "inspect", "--data", str(data), "--json", *more]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return [json.loads(line) for line in shown.stdout.splitlines()]

    rows = inspect()
    assert all(set(row["row"]) == set(row["class"]) for row in rows)
    assert [row["row"]["handle"] for row in rows if row["table"] == "accounts"] == ["alice", "bob"]
    (envelope,) = [row["row"] for row in rows if row["table"] == "envelopes"]
    assert envelope["envelope"]["bytes"] == 2048
    assert envelope["hour"] == hour
    hers = inspect("--account", "alice")
    assert {row["table"] for row in hers} == {
        "accounts",
        "heads",
        "devices",
        "bindings",
        "envelopes",
        "names",
    }
    his = inspect("--account", "bob")
    assert {row["table"] for row in his} == {"accounts", "heads", "devices", "bindings", "names"}
    assert main(["inspect", "--data", str(data), "--account", "nobody"]) == 1


def test_plain_inspection_is_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = schema.open_writer(tmp_path / "relay.db")
    db.execute(
        "INSERT INTO accounts VALUES (?, 'ann', 1, 1, 1, x'', ?, x'', x'', 0)", (b"i", bytes(50))
    )
    db.close()
    assert main(["inspect", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "handle [name] what others look up; kept until closed" in out
    assert "handle=ann" in out
    assert "manifest=<50 bytes" in out
