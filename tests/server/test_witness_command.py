"""The witness as a process: its one line, its keys, its folder, what it says of evidence."""

import json
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doorless_protocol.log.cosignature import verify_cosignature
from doorless_protocol.log.evidence import Kind
from doorless_protocol.log.note import Algorithm, Note, Vkey
from doorless_protocol.log.verdict import verify
from doorless_server.__main__ import main
from doorless_server.witness import store
from doorless_server.witness.audit_store import AuditStore, Conviction
from doorless_server.witness.decision import Accepted, Forked, Head
from doorless_server.witness.desk import open_desk
from growing_log import GrowingLog
from key_log import ORIGIN, KeyLog

COMMAND = [sys.executable, "-m", "doorless_server", "witness"]

Start = Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def serve(*more: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        command = [*COMMAND, "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", *more]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield serve
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def logs(log: GrowingLog | KeyLog) -> list[str]:
    return [part for key in log.vkeys for part in ("--log", key.encode())]


def test_it_says_one_line_cosigns_and_ends_with_0(start: Start, tmp_path: Path) -> None:
    log = GrowingLog().grow(4)
    process, ready = start("--name", "witness.test/w", *logs(log))
    assert (ready["event"], ready["name"]) == ("ready", "witness.test/w")
    keys = [Vkey.parse(each) for each in ready["vkeys"]]
    assert [key.algorithm for key in keys] == [Algorithm.COSIGNATURE, Algorithm.MLDSA44]
    assert ready["vkey"] == ready["vkeys"][0]
    with urllib.request.urlopen(ready["url"] + "/add-checkpoint", log.submission(0, 4)) as answer:
        note = Note.decode(log.note(4).encode() + answer.read())
    assert all(verify_cosignature(note, key) for key in keys)
    found = list((tmp_path / "data").rglob("*"))
    assert [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["witnessing", "stopped"]


def test_its_keys_stay_and_an_auditor_has_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["witness", "key", "--data", str(tmp_path)]
    printed = []
    for more in ([], [], ["--audit", "http://127.0.0.1:1/log"], ["--name", "w.test"]):
        assert main([*arguments, *more]) == 0
        printed.append([Vkey.parse(line) for line in capsys.readouterr().out.splitlines()])
    assert printed[0] == printed[1]
    assert {key.public for key in printed[0]}.isdisjoint(key.public for key in printed[2])
    assert [key.public for key in printed[0]] == [key.public for key in printed[3]]
    assert [key.name for key in printed[3]] == ["w.test", "w.test"]
    assert printed[0][0].name.startswith("doorless-witness/")
    assert printed[2][0].name.startswith("doorless-auditor/")


def test_its_keys_are_printed_while_it_serves(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, ready = start("--name", "witness.test/w", *logs(GrowingLog()))
    asked = ["witness", "key", "--data", str(tmp_path / "data"), "--name", "witness.test/w"]
    assert main(asked) == 0
    assert capsys.readouterr().out.splitlines() == ready["vkeys"]


def test_keys_of_an_auditor_are_not_mistaken_for_a_witnesss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["witness", "key", "--data", str(tmp_path)]
    assert main([*asked, "--audit", "http://127.0.0.1:1/log"]) == 0
    assert main(asked) == 2
    assert "give its --audit" in capsys.readouterr().err
    assert not (tmp_path / "keys" / "witness.key").exists(), "no other key was drawn"


def test_a_file_says_what_the_command_line_does_not(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    keys = json.dumps([key.encode() for key in GrowingLog().vkeys])
    (data / "config.toml").write_text(f'name = "file.test"\nlisten = "0.0.0.0:1"\nlogs = {keys}\n')
    _, ready = start()
    assert ready["name"] == "file.test"
    assert ready["url"].startswith("http://127.0.0.1:")


KEY = GrowingLog().vkeys[0].encode()
OTHER_KEY = GrowingLog("other.test/keys").vkeys[0].encode()

REFUSED = {
    "no log": ([], "", 2),
    "no key": (["--log", "hello"], "", 2),
    "no address": (["--log", KEY, "--audit", "relay.example"], "", 2),
    "no name": (["--log", KEY, "--name", "a b"], "", 2),
    "beyond loopback": (["--log", KEY, "--listen", "0.0.0.0:0"], "", 2),
    "nowhere": (["--log", KEY, "--listen", "nowhere"], "", 2),
    "an auditor without a token": (["--log", KEY, "--audit", "http://127.0.0.1:1/log"], "", 2),
    "an auditor of two logs": (
        ["--log", KEY, "--log", OTHER_KEY, "--audit", "http://127.0.0.1:1/log"],
        "",
        2,
    ),
    "a file of something else": ([], "logs = [", 2),
    "an unknown line": (["--log", KEY], "colour = 'red'", 2),
    "a line of another kind": ([], "logs = 'x'", 2),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, config, code = REFUSED[kind]
    if config:
        (tmp_path / "config.toml").write_text(config)
    listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
    assert main(["witness", "--data", str(tmp_path), *listen, *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("doorless-relay: ")
    assert err.count("\n") == 1


def test_without_evidence_it_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["witness", "evidence", "--data", str(tmp_path)]) == 2
    open_desk(tmp_path / "witness.db").close()
    assert main(["witness", "evidence", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_a_fork_is_exported_for_the_verifier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, fork = KeyLog().busy(3), KeyLog().busy(2)
    fork.publish("another")
    desk = open_desk(tmp_path / "witness.db")
    ours = Head(3, log.checkpoint(3).root, log.note().encode())
    desk.do(lambda db: store.step(db, ORIGIN, 1, lambda _: Accepted(ours)))
    found = Forked(3, ours.note, fork.note().encode())
    desk.do(lambda db: store.step(db, ORIGIN, 1, lambda _: found))
    desk.close()
    bundle, config = tmp_path / "bundle", tmp_path / "config"
    config.write_bytes(log.config.encode())
    export = ["witness", "evidence", "--data", str(tmp_path), "--export", str(bundle)]
    assert main(export) == 2  # a bundle needs the configuration
    capsys.readouterr()
    assert main([*export, "--config", str(config)]) == 6
    read = capsys.readouterr().out.splitlines()
    assert [one.split()[0] for one in read] == ["log", "kind", "first", "then", "proof"]
    assert all(len(one) < 80 for one in read[:4]), "for a person, not for a program"
    assert main([*export, "--config", str(config), "--json"]) == 6
    line = json.loads(capsys.readouterr().out)
    assert (line["log"], line["kind"]) == (ORIGIN, "E1")
    proven = verify(bundle.read_bytes(), [key.encode() for key in log.vkeys])
    assert proven.kind is Kind.TWO_ROOTS


def test_a_conviction_of_an_auditor_is_exported_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = open_desk(tmp_path / "auditor.db")
    desk.do(lambda db: AuditStore(db).convict(Conviction("E8", "it lied", b"a bundle"), 1))
    desk.close()
    arguments = ["witness", "evidence", "--data", str(tmp_path), "--audit", "http://h/log"]
    assert main(arguments) == 6
    assert capsys.readouterr().out.startswith("kind    E8: it lied\nproof ")
    assert main([*arguments, "--json", "--export", str(tmp_path / "bundle")]) == 6
    assert json.loads(capsys.readouterr().out)["reason"] == "it lied"
    assert (tmp_path / "bundle").read_bytes() == b"a bundle"
