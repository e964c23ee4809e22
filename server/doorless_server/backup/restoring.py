"""Puts a backup back where files are missing, and never in the place of one that is there.

    check the backup ─► is anything in the way? ─► does the log go on from what was signed? ─►
    drafts, synced ─► their names, relay.db's last

A relay that comes back has forgotten what it took since. Its devices have to see that: it holds
no incarnation of theirs any more, so each hands it again what it had taken (docs/spec/08-state.md
§12). And no one-time pair is given out twice: it comes back without any.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from doorless_protocol.errors import MalformedError
from doorless_protocol.log import tree
from doorless_protocol.log.config import LogConfig
from doorless_server import datadir
from doorless_server.backup import bundle, demands
from doorless_server.backup.bundle import BLOBS, LOG, RELAY, Bundle
from doorless_server.blobs import schema as blob_schema
from doorless_server.datadir import DataError
from doorless_server.directory import opening, schema
from doorless_server.directory.heads import Head, HeadStore, refuse_fork
from doorless_server.directory.nodes import HashRows
from doorless_server.self_signed import KEY
from doorless_server.store.schema import open_reader

HEADS_MISSING = (
    "{} has no heads.db, which remembers what this relay signed last. Put it back from where it is "
    "kept apart. If it is lost, see that {} is the newest copy of log.db that there is, and say "
    "--heads-lost: a log that goes on from an older one tells two histories, and is convicted"
)


def restore(source: Path, folder: Path, *, heads_lost: bool = False) -> list[str]:
    """Put back what of the backup in `source` is missing in `folder`; return what was.

    Raises:
        DataError: it is no backup, something is in the way, or another process serves from there.
        ForkRefusedError: the log of the backup is older than what was signed.
        NewerSchemaError: a later version of the relay made it.
        sqlite3.Error: a database of the backup is damaged.
        OSError: it cannot be written.
    """
    listed = bundle.read(source)
    for name in (RELAY, LOG, BLOBS, *demands.STEPS):
        if name in listed.files:
            check_sound(source, name)
    with datadir.locked(folder):
        missing = check_free(folder, listed)
        if LOG in missing:
            check_continues(source, folder, heads_lost=heads_lost)
        if demands.LOG in missing:
            demands.check_continues(source, folder, heads_lost=heads_lost)
        drafts = {name: _draft(source, folder, name) for name in missing}
        if RELAY in drafts:
            forget_devices_state(drafts[RELAY])
        for path in drafts.values():
            bundle.sync(path)
        for name in sorted(missing, key=lambda each: each == RELAY):
            drafts[name].replace(folder / name)
            bundle.sync((folder / name).parent)
    return missing


def check_free(folder: Path, listed: Bundle) -> list[str]:
    """What is missing there. What is there stays: it is newer.

    Raises:
        DataError: accounts and envelopes are there, or the keys of another relay.
    """
    missing = []
    for name, wanted in listed.files.items():
        path = folder / name
        if not path.exists():
            _check_no_rest(path)
            missing.append(name)
        elif name == RELAY:
            raise DataError(f"{path} is there, and is never overwritten: move it away first")
        elif is_of_one_relay(name) and bundle.described(path) != wanted:
            raise DataError(f"{path} is another one: this is a backup of another relay")
    return missing


def is_of_one_relay(name: str) -> bool:
    """What is drawn once, and the same as long as there is this relay."""
    return name in (opening.CONFIG, KEY.as_posix()) or name.startswith(
        ("keys/", *demands.DRAWN_ONCE)
    )


def _check_no_rest(path: Path) -> None:
    """The write-ahead log of another database would be played into the one that is put back."""
    rest = path.with_name(f"{path.name}-wal")
    if rest.exists() and rest.stat().st_size:
        raise DataError(f"{rest} belongs to a database that is gone: move it away first")


def check_continues(source: Path, folder: Path, *, heads_lost: bool) -> None:
    """Raises ForkRefusedError, DataError: the relay would tell a second history."""
    path = folder / opening.HEADS
    if not path.exists():
        if not heads_lost:
            raise DataError(HEADS_MISSING.format(folder, source))
        return
    try:
        key = LogConfig.decode((source / opening.CONFIG).read_bytes()).ed25519
    except (OSError, MalformedError) as error:
        raise DataError(f"{source / opening.CONFIG} does not serve: {error}") from None
    with closing(HeadStore(path)) as heads:
        last = heads.last(key)
    with closing(open_reader(source / LOG, schema.STEPS)) as db:
        (size,) = db.execute("SELECT size FROM log").fetchone() or (0,)
        refuse_fork(last, Head(size, last.root))
        if last.size:
            refuse_fork(last, Head(last.size, tree.root(HashRows(db), last.size)))


def check_sound(source: Path, name: str) -> None:
    """Raises sqlite3.Error, NewerSchemaError: a database of a backup cannot serve."""
    path = source / name
    steps = {LOG: schema.STEPS, BLOBS: blob_schema.STEPS} | demands.STEPS
    with closing(open_reader(path, steps.get(name))) as db:
        found = db.execute("PRAGMA integrity_check(1)").fetchone()
        if found != ("ok",):
            raise sqlite3.DatabaseError(f"{path} is damaged: {found[0]}")


def forget_devices_state(relay: Path) -> None:
    """What devices must not find as it was: they see by it that the relay went back."""
    with closing(sqlite3.connect(relay, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE devices SET incarnation = 0")
        db.execute("DELETE FROM one_time_pairs")
        db.execute("COMMIT")


def _draft(source: Path, folder: Path, name: str) -> Path:
    draft = folder / f"{name}.new"
    bundle.make_folders(folder, name)
    shutil.copyfile(source / name, draft)
    draft.chmod(0o600)
    return draft
