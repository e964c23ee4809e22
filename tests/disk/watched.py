"""Programs whose disk is watched, fails, or in the middle of whose work they are killed.

disk.c is compiled once a run and put before a program by LD_PRELOAD; SQLite and SQLCipher call
what it replaces. Unlike strace it has one count for all threads of a program.
"""

import atexit
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("disk.c")
FOREVER = 1_000_000_000


def missing() -> str:
    """Why no disk can be watched here; nothing where one can."""
    if sys.platform != "linux":
        return "no watched disk: LD_PRELOAD as on Linux is what it takes"
    if shutil.which("cc") is None:
        return "no watched disk: there is no C compiler (cc)"
    return ""


needs_watched_disk = pytest.mark.skipif(bool(missing()), reason=missing())


@cache
def library() -> Path:
    folder = tempfile.mkdtemp(prefix="doorless-disk-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Path(folder, "disk.so")
    flags = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    subprocess.run(["cc", *flags, "-o", made, SOURCE, "-ldl", "-lpthread"], check=True)
    return made


@dataclass(frozen=True, slots=True)
class Failing:
    """So many calls end with an error, from the `at`-th of them on.

    Attributes:
        calls: of which kinds, as letters: w(rite), s(ync), n(ames), t(runcate), r(ead).
    """

    calls: str
    error: str  # as errno names it
    at: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Disk:
    """What is to happen to the files of a folder.

    Attributes:
        kill: the process is gone before its so many-th call; 0: never.
        trace: gets every call, and whatever leaves by a socket.
        count: gets the number of calls, and of those that might fail, if the process ends by
            itself.
    """

    folder: Path
    kill: int = 0
    failing: Failing | None = None
    trace: Path | None = None
    count: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables of a program with such a disk, with those of this one."""
        return {**os.environ, "LD_PRELOAD": str(library()), **self.variables()}

    def variables(self) -> dict[str, str]:
        """Those that disk.c reads; it ignores empty ones."""
        failing = self.failing
        told = "" if failing is None else f"{failing.calls}:{getattr(errno, failing.error)}"
        return {
            "DISK_FOLDER": str(self.folder.resolve()),
            "DISK_KILL": str(self.kill),
            "DISK_FAIL": "" if failing is None else f"{told}:{failing.at}:{failing.count}",
            "DISK_TRACE": str(self.trace or ""),
            "DISK_COUNT": str(self.count or ""),
        }
