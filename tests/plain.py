"""Plain mode as a process: lines in, lines out, waited for."""

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Iterator

from doorless_lab.processes import Client

PATIENCE = 60.0
"""Seconds for a line that has to come."""


class Talk:
    """One `doorless --plain`, over pipes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._lines = process, queue.Queue[str | None]()
        self.seen: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def says(self, *lines: str) -> None:
        assert self._process.stdin is not None
        for line in lines:
            self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def hears(self, words: str) -> str:
        """The next line that has these words; those before it are passed over."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.seen.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}: {self.seen}")

    def ends(self) -> int:
        """Give it no more lines; returns its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.seen.append(line)
        return self._process.wait(PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


@contextlib.contextmanager
def talking(client: Client) -> Iterator[Talk]:
    process = client.start("--plain")
    try:
        yield Talk(process)
    finally:
        with process:
            process.kill()


def number(line: str) -> str:
    """Of the message on a line."""
    return line.partition("]")[0].removeprefix("[")


def text_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "TERM": "dumb", "NO_COLOR": "1"}
