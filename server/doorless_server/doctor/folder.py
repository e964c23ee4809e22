"""Whether a relay's folder is whole, private, and of this version."""

import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import LogConfig
from doorless_server import datadir
from doorless_server.backup import bundle, demands, restoring
from doorless_server.blobs import schema as blob_schema
from doorless_server.datadir import DataError
from doorless_server.directory import opening
from doorless_server.directory import schema as log_schema
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.doctor.base import Finding, fault, ok, warning
from doorless_server.limits import LOG_BYTES, MIB
from doorless_server.store import schema

DATABASES: Final[Mapping[str, schema.Steps]] = {
    datadir.DATABASE: schema.STEPS,
    blob_schema.DATABASE: blob_schema.STEPS,
    opening.DATABASE: log_schema.STEPS,
    **demands.STEPS,
}


def privacy(folder: Path) -> Finding:
    open_to_others = [
        path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    if open_to_others:
        first, more = open_to_others[0], len(open_to_others) - 1
        says = f"{first} is open to others" + (f", and {more} more" if more else "")
        return fault("privacy", says, f"chmod -R go= {folder}")
    owners = {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}
    if len(owners) > 1:
        return fault(
            "privacy", "the files have several owners", f"chown -R them to the user of {folder}"
        )
    return ok("privacy", "its owner's alone")


def is_serving(folder: Path) -> bool:
    """Whether a process serves from there. Changes nothing, unlike `datadir.locked`."""
    try:
        lock = os.open(folder / datadir.LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    return datadir.is_taken(lock)


def schemas(folder: Path, *, clustered: bool = False) -> Iterator[Finding]:
    """
    Args:
        clustered: what a relay on one machine keeps there, the cluster keeps.
    """
    for name, steps in DATABASES.items():
        path = folder / name
        if not path.exists():
            if name == datadir.DATABASE and not clustered and (folder / opening.DATABASE).exists():
                do = "restore it from a backup; where a cluster keeps it, say --store nats"
                yield fault("schema", f"{name} is gone", do)
            continue
        try:
            version = schema.version_of(path, steps)
        except schema.NewerSchemaError as error:
            yield fault("schema", str(error), "run that version, or restore an older backup")
        except sqlite3.Error as error:
            yield fault("schema", f"{name}: {error}", "restore it from a backup")
        else:
            if version < len(steps):
                says = f"{name} has {version}, this version writes {len(steps)}"
                yield warning("schema", says, "back it up; the next start brings it along")
            else:
                yield ok("schema", f"{name} has {version}")


def soundness(folder: Path, *, serving: bool) -> Iterator[Finding]:
    """Every page of every database; not while it is served, when that would hold up its log."""
    if serving:
        yield ok("soundness", "not looked at while the relay runs: a backup of it can be")
        return
    for name in DATABASES:
        path = folder / name
        if not path.exists():
            continue
        try:
            with closing(sqlite3.connect(path)) as db:
                (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.Error as error:
            found = str(error)
        if found == "ok":
            yield ok("soundness", f"{name} is whole")
        else:
            yield fault("soundness", f"{name}: {found}", "restore it from a backup")


def keys(folder: Path) -> Finding:
    """Whether the log that is there can be signed, and read."""
    if not (folder / opening.DATABASE).exists():
        return ok("key log", "not begun yet")
    for needed in (datadir.LOG_KEY, opening.VRF_KEY, Path(opening.CONFIG)):
        if not (folder / needed).is_file():
            do = "restore it: without it the log is over"
            return fault("key log", f"{folder / needed} is missing", do)
    try:
        config = LogConfig.decode((folder / opening.CONFIG).read_bytes())
    except (OSError, MalformedError) as error:
        return fault("key log", f"{folder / opening.CONFIG}: {error}", "restore it")
    return ok("key log", f"of {config.origin}, an epoch every {config.interval} s")


def heads(folder: Path, *, serving: bool) -> Finding:
    """Whether the logs go on from what was signed; `serve` refuses to start where one does not."""
    begun = {opening.DATABASE: restoring.check_continues, demands.LOG: demands.check_continues}
    checks = {name: check for name, check in begun.items() if (folder / name).exists()}
    if serving or not checks:
        return ok("signed heads", "the relay looks at them itself")
    if (folder / bundle.LIST).exists():
        return ok("signed heads", "a backup has none")
    for name, check in checks.items():
        try:
            check(folder, folder, heads_lost=False)
        except (DataError, ForkRefusedError) as error:
            return fault("signed heads", str(error), f"put back the newest {name} that there is")
        except sqlite3.Error as error:
            return fault("signed heads", str(error), f"restore {name}, never heads.db")
    return ok("signed heads", "what is logged goes on from what was signed")


def write_ahead_log(folder: Path) -> Finding:
    path = folder / f"{datadir.DATABASE}-wal"
    size = path.stat().st_size if path.exists() else 0
    says = f"{size / MIB:,.0f} MiB"
    if size >= LOG_BYTES * 3 // 4:
        return warning("write-ahead log", says, "end who reads the database and does not end")
    return ok("write-ahead log", says)


def newest_change(folder: Path) -> float:
    """When the latest of its files was changed, Unix seconds."""
    return max((path.lstat().st_mtime for path in folder.rglob("*")), default=0.0)
