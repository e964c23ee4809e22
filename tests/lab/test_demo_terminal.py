"""The demo in a real terminal: it draws, it quits on a key, and it survives the terminal's end."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="terminals are a matter of Unix")

WITHIN = 60


class Terminal:
    """The demo, and the other side of the terminal it runs in."""

    def __init__(self, folder: Path) -> None:
        self._screen, inside = pty.openpty()
        self.demo = subprocess.Popen(
            [sys.executable, "-m", "doorless_lab", "demo"],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(folder), "TERM": "xterm-256color"},
        )
        os.close(inside)
        self._seen = b""

    def reads(self, words: bytes) -> None:
        """Read until the words were drawn."""
        while words not in self._seen:
            ready, _, _ = select.select([self._screen], [], [], WITHIN)
            assert ready, f"{words!r} was never drawn"
            self._seen += os.read(self._screen, 2**16)

    def type(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def drain(self) -> int:
        """Read on until it ends; returns its exit code."""
        while self.demo.poll() is None:
            ready, _, _ = select.select([self._screen], [], [], 0.05)
            try:
                self._seen += os.read(self._screen, 2**16) if ready else b""
            except OSError:
                return self.demo.wait(WITHIN)
        return self.demo.returncode

    def hang_up(self) -> int:
        """Close the terminal's window; returns the exit code of what ran in it."""
        self.close()
        self.demo.send_signal(signal.SIGHUP)
        return self.demo.wait(WITHIN)

    def close(self) -> None:
        if self._screen >= 0:
            os.close(self._screen)
            self._screen = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()
    if terminal.demo.poll() is None:
        terminal.demo.kill()
        terminal.demo.wait()


def relays_of(folder: Path) -> list[int]:
    """Processes whose command line names a folder below."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if re.search(rb"doorless_server.*" + re.escape(bytes(folder)), command, re.DOTALL):
            found.append(int(path.parent.name))
    return found


def test_it_draws_and_quits_on_a_key_with_nothing_left(terminal: Terminal, tmp_path: Path) -> None:
    terminal.reads(b"one_time_pairs")
    terminal.type(b"\x11")  # Ctrl+Q
    assert terminal.drain() == 0
    assert list(tmp_path.iterdir()) == []
    assert relays_of(tmp_path) == []


def test_a_closed_window_leaves_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal.reads(b"one_time_pairs")
    terminal.hang_up()
    assert list(tmp_path.iterdir()) == []
    assert relays_of(tmp_path) == []
