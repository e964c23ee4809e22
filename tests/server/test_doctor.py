"""What the doctor sees, and that it touches nothing."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doorless_server.__main__ import main
from doorless_server.doctor import folder, machine
from doorless_server.doctor.base import Verdict
from doorless_server.store.schema import STEPS, open_writer
from served import relay

NOW = 1_750_000_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with nothing wrong in it."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    open_writer(made / "relay.db").close()
    (made / "relay.db").chmod(0o600)
    return made


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The worst verdict of each check."""
    worst: dict[str, str] = {}
    for line in capsys.readouterr().out.splitlines():
        finding = json.loads(line)
        order = ["ok", "warning", "fault"]
        before = worst.get(finding["check"], "ok")
        worst[finding["check"]] = max(before, finding["verdict"], key=order.index)
        assert finding["verdict"] == "ok" or finding["do"]
    return worst


def examined(data: Path, *more: str) -> int:
    return main(["doctor", "--data", str(data), "--listen", "127.0.0.1:0", "--json", *more])


def test_a_sound_folder_has_no_fault(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examined(data) == 0
    verdicts = told(capsys)
    assert "fault" not in verdicts.values()
    assert set(verdicts) >= {"SQLite", "privacy", "space", "fsync", "clock", "schema", "port"}


def test_without_json_each_check_is_a_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(data), "--listen", "127.0.0.1:0"]) == 0
    assert "ok       privacy          its owner's alone\n" in capsys.readouterr().out


def spoil_permissions(data: Path) -> None:
    (data / "relay.db").chmod(0o644)


def spoil_folder(data: Path) -> None:
    data.chmod(0o755)


def spoil_everything(data: Path) -> None:
    (data / "relay.db").rename(data / "log.db")


def spoil_pages(data: Path) -> None:
    with (data / "relay.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def spoil_version(data: Path) -> None:
    with closing(sqlite3.connect(data / "relay.db")) as db:
        db.execute("PRAGMA user_version = 99")


def spoil_keys(data: Path) -> None:
    open_writer(data / "log.db", []).close()


def spoil_file(data: Path) -> None:
    (data / "relay.db").write_bytes(b"no database" * 1000)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (spoil_permissions, "privacy"),
        (spoil_folder, "privacy"),
        (spoil_pages, "soundness"),
        (spoil_everything, "schema"),
        (spoil_version, "schema"),
        (spoil_keys, "key log"),
        (spoil_file, "schema"),
    ],
)
def test_what_is_wrong_is_found_and_left_alone(
    spoil: "object", check: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(spoil)
    spoil(data)
    before = {path: (path.read_bytes(), path.stat().st_mode) for path in data.glob("*.db")}
    assert examined(data) == 1
    assert told(capsys)[check] == "fault"
    assert {path: (path.read_bytes(), path.stat().st_mode) for path in before} == before


def test_an_older_schema_is_told_before_it_is_migrated(data: Path) -> None:
    (data / "relay.db").unlink()
    open_writer(data / "relay.db", STEPS[:1]).close()
    assert [each.verdict for each in folder.schemas(data)] == [Verdict.WARNING]


def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examined(tmp_path / "nothing") == 1
    assert told(capsys)["data"] == "fault"
    assert not (tmp_path / "nothing").exists()


def test_it_looks_at_a_relay_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with relay(tmp_path / "data") as served:
        where = served.url.removeprefix("ws://")
        assert examined(tmp_path / "data", "--listen", where) == 0
    assert told(capsys)["port"] == "ok"


def test_a_port_of_another_process_is_a_fault(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        assert machine.port("127.0.0.1", number, serving=False).verdict is Verdict.FAULT
        assert machine.port("127.0.0.1", number, serving=True).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0.000_005, Verdict.WARNING), (0.002, Verdict.OK), (0.2, Verdict.WARNING)],
)
def test_a_disk_that_is_not_waited_for_is_suspected(seconds: float, verdict: Verdict) -> None:
    assert machine.judged_fsync(seconds).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("ext4", Verdict.OK), ("tmpfs", Verdict.WARNING), ("nfs4", Verdict.FAULT)],
)
def test_the_file_system_is_the_one_of_the_longest_mount(kind: str, verdict: Verdict) -> None:
    mounts = f"a / xfs rw 0 0\nb /srv/relay {kind} rw 0 0\nc /srv/relay2 nfs rw 0 0\n"
    assert machine.file_system(Path("/srv/relay/data"), mounts).verdict is verdict


def test_a_clock_behind_its_own_files_is_a_fault() -> None:
    assert machine.clock(NOW, NOW - 9).verdict is Verdict.OK
    assert machine.clock(NOW, NOW + 60).verdict is Verdict.OK
    assert machine.clock(NOW, NOW + 3600).verdict is Verdict.FAULT


def test_space_and_open_files_are_judged(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, verdict in ((10**7, Verdict.FAULT), (10**9, Verdict.WARNING), (10**11, Verdict.OK)):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert machine.space(data).verdict is verdict
    for limit, verdict in ((1024, Verdict.WARNING), (65_536, Verdict.OK)):
        monkeypatch.setattr(machine.resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        assert machine.open_files().verdict is verdict


@pytest.mark.parametrize(
    ("days", "verdict"), [(90, Verdict.OK), (3, Verdict.WARNING), (-1, Verdict.FAULT)]
)
def test_a_certificate_is_told_before_it_ends(
    days: int, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "Certificates", lambda *_: None)
    monkeypatch.setattr(machine, "expires", lambda _: NOW + days * 86_400)
    assert machine.certificate(Path("cert"), Path("key"), NOW).verdict is verdict


def test_a_certificate_that_is_none_is_a_fault(data: Path) -> None:
    files = ["--tls-cert", str(data / "no"), "--tls-key", str(data / "no")]
    assert examined(data, *files) == 1
