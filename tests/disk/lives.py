"""A relay's lives, one after the other: processes that begin where another one was killed.

They are forked from a process that has imported everything, in a tenth of the time that an
interpreter takes to start: thousands of them are needed.

    python -m disk.lives        the process that forks: reads what to start, a line each
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from ctypes import CDLL
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Self

from disk import weakened
from disk.watched import Disk
from doorless_server import __main__ as entry

HERE = Path(__file__).parents[1]
PATIENCE = 120
"""Seconds in which a relay that was told to end has to: even on a machine that is busy."""


@dataclass(slots=True)
class Life:
    """A relay that said that it is ready, or ended before it could.

    Attributes:
        url: where it is; empty if it did not get so far.
        took: seconds of the processor's time until then.
        code: how it ended, once it did, as Popen.returncode says it.
    """

    url: str
    took: float
    code: int | None = None


def arguments(disk: Disk) -> list[str]:
    folder = str(disk.folder)
    return ["serve", "--data", folder, "--listen", "127.0.0.1:0", "--name", "relay.test"]


class Forking:
    """Starts relays from a process that has imported what they need. One at a time."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        os.mkfifo(self._said)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "disk.lives"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=HERE,
            env=Disk(folder).environment() | {"DISK_FOLDER": ""},
        )

    @classmethod
    @contextmanager
    def several(cls, count: int) -> Iterator[list[Self]]:
        """So many, of which each runs one relay at a time."""
        with ExitStack() as stack:
            folders = [stack.enter_context(TemporaryDirectory()) for _ in range(count)]
            forking = [cls(Path(folder)) for folder in folders]
            try:
                yield forking
            finally:
                for each in forking:
                    each._process.communicate(timeout=60)

    @contextmanager
    def __call__(self, disk: Disk, without: str = "") -> Iterator[Life]:
        """One more life, until the block ends.

        Args:
            without: the defence that it lacks.
        """
        asked = {"set": disk.variables(), "run": arguments(disk), "without": without}
        pid = int(self._ask(asked | {"to": str(self._said)}))
        life = Life("", 0.0)
        try:
            with self._said.open() as said:
                if line := said.readline():
                    life.url, life.took = json.loads(line)["url"], processor_time(pid)
                yield life
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            life.code = int(self._ask({"wait": pid}))

    def _ask(self, asked: Mapping[str, Any]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def processor_time(pid: int) -> float:
    """That a process took so far, in seconds."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def fork(asked: Mapping[str, Any]) -> int:
    """The process that runs a relay."""
    if pid := os.fork():
        return pid
    os.environ.update(asked["set"])
    disk = CDLL(None)
    disk.watch_disk()
    said = os.open(asked["to"], os.O_WRONLY)
    os.dup2(said, 1)
    os.close(said)
    code = 1
    try:
        weakened.without(asked["without"])
        code = entry.main(asked["run"])
    finally:
        sys.stdout.flush()
        disk.tell_calls()
        os._exit(code)


def ended(pid: int) -> int:
    """How a process ended; one that was told to, and does not, is killed in the end."""
    until = monotonic() + PATIENCE
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        time.sleep(0.002)
        if monotonic() > until:
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(found[1])


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            print(ended(asked["wait"]), flush=True)
        else:
            print(fork(asked), flush=True)


if __name__ == "__main__":
    main()
