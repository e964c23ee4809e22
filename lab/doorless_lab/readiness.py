"""Whether a lesson can be held on this computer: one check each, and what to do about it."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Final

from doorless_client.key_file import FLOOR
from doorless_lab.scenario import Scenario
from doorless_protocol.primitives import argon2id
from doorless_server.doctor.base import Finding, fault, ok, warning

PYTHON: Final = (3, 11)

MIB: Final = 1 << 20

LEAST_FREE: Final = 200 * MIB
"""Of the disk: a scenario's folder has a few MiB, and is gone behind it."""

LEAST_MEMORY: Final = 300 * MIB
"""What `run --all` is allowed to use."""

NARROW: Final = (80, 24)
"""Columns and rows that a scenario in the terminal needs; a projector has more."""

SLOW_KEY: Final = 1.0
"""Seconds to derive a profile's key, above which every person who enters is waited for."""

YEAR: Final = 365
"""Days for which a look at the law is good."""


def python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < PYTHON:
        return fault("Python", found, "install Python 3.11 or newer")
    return ok("Python", found)


def port() -> Finding:
    """The relay and the classroom listen on this computer alone."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            return ok("port", f"127.0.0.1:{bound.getsockname()[1]} can be listened on")
    except OSError as error:
        do = "let programs listen on 127.0.0.1; nothing beyond this computer is used"
        return fault("port", f"127.0.0.1: {error.strerror}", do)


def screen(columns: int, rows: int) -> Finding:
    says = f"{columns} columns, {rows} rows"
    if columns < NARROW[0] or rows < NARROW[1]:
        return warning("screen", says, "make the window larger, or the letters smaller: 80 by 24")
    return ok("screen", says)


def disk(folder: Path | None = None) -> Finding:
    folder = folder or Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    says = f"{free // MIB:,} MiB free in {folder}"
    if free < LEAST_FREE:
        return fault("disk", says, "make room, or set TMPDIR to a folder that has it")
    return ok("disk", says)


def memory(available: int | None) -> Finding:
    """
    Args:
        available: bytes; None where the system does not say.
    """
    if available is None:
        return ok("memory", f"not known here; {LEAST_MEMORY // MIB} MiB are enough")
    says = f"{available // MIB:,} MiB available"
    if available < LEAST_MEMORY:
        return warning("memory", says, "close other programs: runs take up to 300 MiB")
    return ok("memory", says)


def available_memory(told: Path = Path("/proc/meminfo")) -> int | None:
    """What Linux says that programs may take; elsewhere all free pages, where they are counted."""
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def passphrase() -> Finding:
    """How long it takes to open a profile: somebody does in each scenario with a real relay."""
    began = perf_counter()
    argon2id(b"a passphrase of nobody", bytes(16), FLOOR.passes, FLOOR.memory)
    took = perf_counter() - began
    says = f"{took:.2f} s for each person who enters (Argon2id, {FLOOR.memory // MIB} MiB)"
    if took > SLOW_KEY:
        return warning("passphrases", says, "use a faster computer, or play fewer scenarios")
    return ok("passphrases", says)


def laws(scenarios: Sequence[Scenario], today: date) -> Iterator[Finding]:
    """One for each scenario whose look at the law is older than a year; else one for all."""
    dated = [one for one in scenarios if one.law_as_of]
    old = [one for one in dated if (today - date.fromisoformat(one.law_as_of)).days > YEAR]
    for one in old:
        yield warning(
            "law",
            f"{one.id}: as of {one.law_as_of}",
            "check its legal facts before you show them, and say of when they are",
        )
    if not old:
        yield ok("law", f"{len(dated)} scenarios with legal facts, none older than a year")
