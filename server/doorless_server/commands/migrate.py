"""`doorless-relay migrate`: bring a folder's databases to this version's schema.

`serve` does so too at its start. This is for who wants to see it done, or refused, before.
"""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from doorless_server import datadir
from doorless_server.backup import demands
from doorless_server.blobs import schema as blob_schema
from doorless_server.commands.base import CommandError, Sources
from doorless_server.datadir import DataError
from doorless_server.directory import opening
from doorless_server.directory import schema as log_schema
from doorless_server.store import schema

HELP = "bring the databases to this version's schema, as serve does at its start"

DATABASES: Final[dict[str, schema.Steps]] = {
    datadir.DATABASE: schema.STEPS,
    blob_schema.DATABASE: blob_schema.STEPS,
    opening.DATABASE: log_schema.STEPS,
    **demands.STEPS,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")


def run(chosen: argparse.Namespace, _sources: Sources) -> None:
    folder: Path = chosen.data
    if not (folder / datadir.DATABASE).exists():
        raise CommandError(f"{folder / datadir.DATABASE} does not exist: is this a relay's --data?")
    try:
        with datadir.locked(folder):
            for name, steps in DATABASES.items():
                if (folder / name).exists():
                    print(f"{name}: {_migrated(folder / name, steps)}")
    except (DataError, schema.NewerSchemaError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot migrate {folder}: {error}; nothing was changed") from None


def _migrated(path: Path, steps: schema.Steps) -> str:
    before = _version(path)
    with closing(schema.open_writer(path, steps)):
        pass
    after = _version(path)
    return f"schema {after}" if after == before else f"schema {before}, now {after}"


def _version(path: Path) -> int:
    """Opened to write: what was killed before it had a write-ahead log is rolled back by that."""
    with closing(sqlite3.connect(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        return int(version)
