"""`doorless-lab serve`: soon there, small, and gone without a trace."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from websockets.sync.client import connect

from doorless_lab.__main__ import main

MOST_CPU = 3
MOST_MEMORY = 300 * 2**20


COMMAND = [sys.executable, "-m", "doorless_lab", "serve", "--no-open", "--lang", "de"]


@pytest.fixture(scope="module")
def compiled() -> None:
    """Bytecode is there: a start of its own has nothing to compile."""
    subprocess.run([*COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)


@pytest.fixture
def lab(compiled: None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_is_soon_there_and_ends_when_it_is_told_to(lab: subprocess.Popen[str]) -> None:
    assert lab.stdout is not None
    name, url = lab.stdout.readline().split()
    assert name == "classroom"
    assert "/presenter#" in lab.stdout.readline()
    assert lab.stdout.readline().split()[1].isdecimal()
    address, token = url.split("/#")
    with connect(address.replace("http", "ws") + "/socket", origin=address) as window:  # type: ignore[arg-type]
        window.send(json.dumps({"do": "enter", "token": token, "role": "projector"}))
        room = json.loads(window.recv())["room"]
        assert room["language"] == "de"
        assert room["scenarios"] > 0
        seen = psutil.Process(lab.pid)
        assert sum(seen.cpu_times()[:2]) < MOST_CPU
        assert seen.memory_info().rss < MOST_MEMORY
    lab.send_signal(signal.SIGTERM)
    assert lab.wait(10) == 0


def test_a_port_that_is_taken_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--no-open", "--port", str(port)]) == 1
    assert "is not free" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "x", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", port])
    assert ended.value.code == 2
