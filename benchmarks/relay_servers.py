"""Servers as processes of their own, on one core; the load has the other."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

SERVERS, LOADS = 0, 1
"""Cores."""


class Server(NamedTuple):
    address: tuple[str, int]
    process: int


@contextmanager
def pinned(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command on the core of the servers; it is ended afterwards."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        pin(SERVERS, process.pid)
        yield process
    finally:
        process.terminate()
        process.send_signal(signal.SIGCONT)  # who stands still would not hear of it
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()


def pin(core: int, process: int = 0) -> None:
    """To one core, before it has threads; where the system knows how and has two cores."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process, {core})


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the server ended before it was ready")
    return line


@contextmanager
def relay(folder: Path, *flags: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "doorless_server", "serve"]
    command += ["--data", str(folder), "--listen", "127.0.0.1:0", *flags]
    with pinned(command) as process:
        url = urlsplit(json.loads(first_line(process))["url"])
        yield Server((str(url.hostname), int(url.port or 0)), process.pid)


@contextmanager
def echo() -> Iterator[Server]:
    with pinned([sys.executable, "-m", "benchmarks.relay_echo"]) as process:
        yield Server(("127.0.0.1", int(first_line(process))), process.pid)
