"""The desk of demands, step by step, in processes that may be killed at any call of their disk.

Forked from one that has imported everything, as in lives.py.

    python -m disk.desk        the process that forks: reads what to do, a line each
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from ctypes import CDLL
from datetime import date
from pathlib import Path
from secrets import token_bytes
from typing import Any, Self

from demand_desk import LEFT_OUT, NOW, PERIOD, toml
from disk.watched import Disk
from doorless_server.commands.base import Sources
from doorless_server.demands import silence, standing, workflow
from doorless_server.demands.workflow import DeskError

HERE = Path(__file__).parents[1]

SECRET, OPEN, KEPT = "A-1", "A-2", "A-3"
"""A demand about which silence is ordered, one about which it is not, and one to preserve."""

RENEWED = date(2027, 6, 30)

Step = Callable[[Path, Sources], object]

STEPS: tuple[tuple[int, Step], ...] = (
    (0, lambda data, at: workflow.open_demand(data, toml(demand_id=SECRET), at)),
    (0, lambda data, at: workflow.open_demand(data, _without_order(), at)),
    (0, lambda data, at: workflow.open_demand(data, _to_preserve(), at)),
    (2 * PERIOD, lambda data, at: workflow.answer_demand(data, SECRET, at)),
    (2 * PERIOD, lambda data, at: workflow.answer_demand(data, OPEN, at)),
    (2 * PERIOD, lambda data, at: workflow.answer_demand(data, KEPT, at)),
    (3 * PERIOD, lambda data, at: silence.renew(data, SECRET, RENEWED, at)),
    (4 * PERIOD, lambda data, at: silence.end(data, SECRET, at)),
    (5 * PERIOD, lambda data, at: silence.reveal(data, SECRET, at)),
    (6 * PERIOD, standing.all_of),
)
"""What is done, and when, in seconds from NOW."""


def _without_order() -> bytes:
    return toml(demand_id=OPEN, secrecy={"gag": False})


def _to_preserve() -> bytes:
    return toml(
        demand_id=KEPT,
        instrument="EU_EPOCPR",
        preservation_only=True,
        categories=["basic", "content_stored"],
        prospective=LEFT_OUT,
    )


def do(data: Path, number: int) -> None:
    """One of the steps, as a command does it."""
    after, step = STEPS[number]
    step(data, Sources(lambda: NOW + after, token_bytes, lambda: 0.0))


def go_on(data: Path, done: int) -> None:
    """What is left to do, the step first that was cut short; that may say that it was done."""
    with suppress(DeskError):
        do(data, done)
    for number in range(done + 1, len(STEPS)):
        do(data, number)


class Desks:
    """Starts processes at the desk, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @classmethod
    @contextmanager
    def forking(cls, folder: Path) -> Iterator[Self]:
        """Args: folder: an empty one."""
        with subprocess.Popen(
            [sys.executable, "-m", "disk.desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env=Disk(folder).environment() | {"DISK_FOLDER": ""},
        ) as process:
            yield cls(process)

    def work(self, disk: Disk) -> tuple[int, int]:
        """All steps, in one process, until it ends.

        Returns:
            how many steps it did, and how it ended, as Popen.returncode says it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        done = disk.folder.with_suffix(".done")
        done.write_bytes(b"")
        asked = {"set": disk.variables(), "data": str(disk.folder), "done": str(done)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return len(done.read_bytes()), code


def fork(asked: Mapping[str, Any]) -> int:
    """The process that does the steps."""
    if pid := os.fork():
        return pid
    os.environ.update(asked["set"])
    disk, code = CDLL(None), 1
    disk.watch_disk()
    try:
        for number in range(len(STEPS)):
            do(Path(asked["data"]), number)
            with Path(asked["done"]).open("ab") as done:
                done.write(b".")
        code = 0
    finally:
        disk.tell_calls()
        os._exit(code)


def main() -> None:
    for line in sys.stdin:
        _, status = os.waitpid(fork(json.loads(line)), 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
