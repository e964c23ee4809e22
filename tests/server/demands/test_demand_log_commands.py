"""The relay's own commands begin the demand log, show it, and name its keys beforehand."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from demand_stage import Desk
from doorless_protocol.demand_log.rules import Rules
from doorless_protocol.log.note import Note
from doorless_protocol.log.signing import verify_log
from doorless_server.__main__ import main
from doorless_server.demands import begun
from doorless_server.doctor import folder
from doorless_server.doctor.base import Verdict
from doorless_server.store.schema import open_writer

SERVE = [sys.executable, "-m", "doorless_server", "serve", "--listen", "127.0.0.1:0"]


def test_a_serving_relay_shows_the_log_whose_keys_were_named_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, name = tmp_path / "relay", ["--name", "relay.test"]
    assert main(["log-key", "--data", str(data), *name, "--demands"]) == 0
    keys = capsys.readouterr().out.split()
    period = ["--demand-period", "3600", "--demand-slots", "4"]
    with subprocess.Popen(
        [*SERVE, "--data", str(data), *name, *period],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "default"},
    ) as relay:
        try:
            assert relay.stdout is not None
            ready = json.loads(relay.stdout.readline())
            url = ready["url"].replace("ws://", "http://") + "/demands/"
            with urlopen(url + "config") as answer:
                rules = Rules.decode(answer.read())
            with urlopen(url + "checkpoint") as answer:
                note = Note.decode(answer.read())
            followed = main(["demand-log", url, "--pin", ready["demand_log"], "--json"])
        finally:
            relay.send_signal(signal.SIGTERM)
    assert (relay.returncode, followed) == (0, 0)
    assert json.loads(capsys.readouterr().out)["log"] == rules.origin
    assert [key.encode() for key in rules.vkeys] == keys
    assert (rules.hash.hex(), rules.period, rules.slots) == (ready["demand_log"], 3600, 4)
    assert verify_log(note, *rules.vkeys).size == 1
    assert (data / begun.FOLDER).stat().st_mode & 0o077 == 0
    other = ["serve", "--listen", "127.0.0.1:0", "--data", str(data), *name]
    assert main([*other, "--demand-slots", "5"]) == 1
    assert "cannot be changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--demand-period", "9"],
        ["--demand-period", "604801"],
        ["--demand-slots", "0"],
        ["--demand-slots", "1025"],
        ["--demand-slots", "x"],
    ],
)
def test_numbers_that_no_log_has_are_refused(
    tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--data", str(tmp_path / "relay"), *wrong])
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "relay").exists()


def test_the_doctor_sees_a_demand_log_that_is_an_older_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path / begun.FOLDER)
    with closing(desk.open()) as log:
        desk.turn(log, 1)
    older = (desk.folder / begun.DATABASE).read_bytes()
    with closing(desk.open()) as log:
        desk.turn(log, 1)
    assert folder.heads(tmp_path, serving=False).verdict is Verdict.OK
    (desk.folder / begun.DATABASE).write_bytes(older)
    found = folder.heads(tmp_path, serving=False)
    assert (found.verdict, "older copy" in found.says) == (Verdict.FAULT, True)
    open_writer(tmp_path / "relay.db").close()
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert "demands/log.db: schema 1" in capsys.readouterr().out
