"""Whether this computer can carry a relay: its disk, its clock, its limits, its port."""

import errno
import os
import resource
import shutil
import sqlite3
import statistics
import tempfile
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Final

from doorless_server import listener
from doorless_server.doctor.base import GIB, Finding, fault, ok, warning
from doorless_server.expiry import expires
from doorless_server.limits import DAY, MIB
from doorless_server.tls import CertificateError, Certificates

SQLITE: Final = (3, 37, 0)
"""STRICT tables."""

LEAST_FREE, LOW_FREE = 256 * MIB, 5 * GIB

SYNCS: Final = 20

INSTANT, SLOW = 20e-6, 0.05
"""Seconds of an fsync: below the first nothing was waited for, above the second mail crawls."""

NOT_LASTING: Final = frozenset({"tmpfs", "ramfs", "overlay"})
SHARED: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs", "ceph"})

OPEN_FILES: Final = 20_000
"""For 19,000 connections, and what else is open."""

SOON: Final = 14 * DAY

BACKWARDS: Final = 300
"""Seconds that files may lie in the future: clocks are corrected by less."""


def versions() -> Finding:
    found = sqlite3.sqlite_version_info
    if found < SQLITE or sqlite3.threadsafety < 3:
        return fault(
            "SQLite", f"{sqlite3.sqlite_version}, which cannot hold the tables", "update Python"
        )
    if find_spec("uvloop") is None:
        return warning(
            "event loop", "uvloop is missing", "install it: without it a relay carries half as much"
        )
    return ok("SQLite", f"{sqlite3.sqlite_version}, and uvloop is there")


def space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = f"{free / GIB:,.1f} GiB free"
    if free < LEAST_FREE:
        return fault("space", says, "make room: a full disk takes nothing new")
    if free < LOW_FREE:
        return warning("space", says, "make room: sealed files alone may take 16 GiB")
    return ok("space", says)


def file_system(folder: Path, mounts: str) -> Finding:
    """
    Args:
        mounts: as of /proc/mounts.
    """
    kind = _kind(folder.resolve(), mounts)
    if kind in NOT_LASTING:
        return warning("file system", f"{kind}, which a restart may empty", "use a disk")
    if kind in SHARED:
        return fault(
            "file system",
            f"{kind}, whose locks and syncs are another computer's word",
            "use a disk",
        )
    return ok("file system", kind or "unknown here")


def _kind(folder: Path, mounts: str) -> str:
    found = [line.split()[1:3] for line in mounts.splitlines() if len(line.split()) > 2]
    above = [(len(where), kind) for where, kind in found if folder.is_relative_to(where)]
    return max(above)[1] if above else ""


def fsync(folder: Path) -> Finding:
    """What each acknowledgement waits for, and whether it is waited for at all."""
    seen = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            file.flush()
            start = perf_counter()
            os.fsync(file.fileno())
            seen.append(perf_counter() - start)
    return judged_fsync(statistics.median(seen))


def judged_fsync(seconds: float) -> Finding:
    says = f"{seconds * 1e3:.2f} ms"
    if seconds < INSTANT:
        return warning(
            "fsync",
            f"{says}: the disk does not seem to be waited for",
            "a power cut may lose what was acknowledged: use a disk that keeps what it syncs",
        )
    if seconds > SLOW:
        return warning("fsync", says, "use a faster disk, or share it with less")
    return ok("fsync", says)


def clock(now: int, newest: float) -> Finding:
    """
    Args:
        newest: when the latest of the relay's files was changed.
    """
    if now + BACKWARDS < newest:
        return fault(
            "clock",
            f"{(newest - now) / 3600:,.1f} hours behind the relay's own files",
            "set it, and keep it set (NTP): prekeys and the key log go by it",
        )
    return ok("clock", "not behind the relay's own files")


def open_files() -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        return warning(
            "open files",
            f"{soft:,} in this shell",
            f"see that the service has {OPEN_FILES:,} for 19,000 people (LimitNOFILE=)",
        )
    return ok("open files", f"{soft:,} in this shell")


def port(host: str, number: int, *, serving: bool) -> Finding:
    where = f"{host}:{number}"
    try:
        listener.bind(host, number).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE and serving:
            return ok("port", f"{where} is taken, and the relay is running")
        reason = error.strerror or str(error)
        return fault("port", f"{where}: {reason}", "end the other process, or choose another")
    if serving:
        return warning("port", f"{where} is free, though a relay runs", "is this its --listen?")
    return ok("port", f"{where} is free")


def certificate(certificate: Path, key: Path, now: int) -> Finding:
    try:
        Certificates(certificate, key)
        left = expires(certificate) - now
    except CertificateError as error:
        return fault("certificate", str(error), "put the right files there")
    says = f"{certificate} is good for {left // DAY} days"
    if left <= 0:
        return fault("certificate", f"{certificate} has expired", "renew it: clients refuse it")
    if left < SOON:
        return warning("certificate", says, "renew it")
    return ok("certificate", says)
