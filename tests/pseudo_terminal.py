"""A child of this process in a pseudo-terminal, and whoever sits before it.

A child by fork has the replacements of a vulnerable twin in it, which a new interpreter lacks.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyte

PATIENCE = 60.0
"""Seconds that nothing takes, on however slow a computer."""


class Sat:
    """Somebody before a terminal, in which something runs."""

    def __init__(self, child: int, fd: int, rows: int, columns: int) -> None:
        self.child, self.fd = child, fd
        self.raw = bytearray()
        self.is_drawn = True  # else only the bytes count, which is 20 times as fast
        self.screen: Any = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._code: int | None = None
        self.resize(rows, columns)
        self.before = self.modes()  # how the terminal was found

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def kill(self, number: int) -> None:
        os.kill(self.child, number)

    def hang_up(self) -> None:
        """Close the terminal's window. Nothing is read any more."""
        os.close(self.fd)
        self.fd = -1

    def shows(self, words: str) -> bool:
        return any(words in line for line in self.screen.display)

    def sees(self, words: str) -> bool:
        return self.read_until(lambda: self.shows(words))

    def read_until(self, done: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Read until it is so and nothing more comes; False: it ended, or never was."""
        until = time.monotonic() + patience
        while self.fd >= 0 and time.monotonic() < until:
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if not ready:
                if done():
                    return True
                continue
            try:
                data = os.read(self.fd, 65_536)
            except OSError:  # the child is gone
                return False
            self.raw.extend(data)
            if self.is_drawn:
                self._stream.feed(data)
        return False

    def end(self, patience: float = PATIENCE) -> int:
        """Read on until it ends; its exit code, or minus the signal that ended it."""
        until = time.monotonic() + patience
        while self.fd < 0 and not self._reaped() and time.monotonic() < until:
            time.sleep(0.02)
        if self._code is None:
            self.read_until(self._reaped, patience)
            if not self._reaped():
                os.kill(self.child, signal.SIGKILL)
                self._code = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
            self.read_until(lambda: True)
        assert self._code is not None
        return self._code

    def is_stopped(self) -> bool:
        return os.waitid(os.P_PID, self.child, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None

    def _reaped(self) -> bool:
        if self._code is None:
            gone, status = os.waitpid(self.child, os.WNOHANG)
            if gone:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is not None

    def modes(self) -> list[Any]:
        """How the terminal treats what is typed: restored when it is as before."""
        return termios.tcgetattr(self.fd)[:4]


@contextmanager
def sat_before(
    run: Callable[[], int], *, size: tuple[int, int] = (36, 120), **environment: str
) -> Iterator[Sat]:
    """`run` in a terminal of `size` rows and columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # forking beside threads: the child only runs `run`
        beginning, begin = os.pipe()
        child, fd = pty.fork()
    if not child:
        os.close(begin)
        os.read(beginning, 1)  # nothing, once the terminal has its size and was looked at
        os._exit(_ran(run, size, environment))
    sat = Sat(child, fd, *size)
    os.close(begin)
    os.close(beginning)
    try:
        yield sat
    finally:
        if not sat._reaped():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        if sat.fd >= 0:
            os.close(fd)


def _ran(run: Callable[[], int], size: tuple[int, int], environment: dict[str, str]) -> int:
    rows, columns = map(str, size)  # where this is a worker's child, its output is not asked
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TZ="UTC")
    os.environ.update(LINES=rows, COLUMNS=columns)
    os.environ.update(environment)
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__  # not what this process captures
    try:
        return run()
    except BaseException:
        traceback.print_exc()
        return 9
