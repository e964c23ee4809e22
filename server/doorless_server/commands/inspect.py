"""`doorless-relay inspect`: every row that is held, with the class of every column."""

import argparse
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile

from doorless_server import datadir, inspection
from doorless_server.blobs import schema as blob_schema
from doorless_server.commands.base import CommandError, Sources
from doorless_server.demands import begun, log_rows, notices
from doorless_server.directory import opening
from doorless_server.store.schema import NewerSchemaError, open_reader

HELP = "every row held, with the class of each column"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--account", metavar="HANDLE", help="of this account alone")
    parser.add_argument("--json", action="store_true", help="one object a row")


def run(chosen: argparse.Namespace, _sources: Sources) -> None:
    path = chosen.data / datadir.DATABASE
    if not path.exists():
        raise CommandError(f"{path} does not exist: is this a relay's --data?")
    account = None
    try:
        with closing(open_reader(path)) as db:
            if chosen.account is not None:
                account = inspection.account_of(db, chosen.account)
            _print(db, inspection.rows(db, chosen.account), chosen)
        if (files := chosen.data / blob_schema.DATABASE).exists() and chosen.account is None:
            with closing(blob_schema.open_reader(files)) as db:
                _print(db, inspection.blob_rows(db), chosen)
        if (chosen.data / opening.DATABASE).exists():
            place = opening.place_of(chosen.data, chosen.account) if chosen.account else None
            with closing(opening.reader(chosen.data)) as db:
                _print(db, inspection.log_rows(db, place), chosen)
        demands = chosen.data / begun.FOLDER
        if (told := demands / notices.DATABASE).exists():
            with closing(open_reader(told, notices.STEPS)) as db:
                _print(db, inspection.notice_rows(db, account), chosen)
        if (log := demands / begun.DATABASE).exists() and account is None:
            with closing(open_reader(log, log_rows.STEPS)) as db:
                _print(db, inspection.demand_rows(db), chosen)
    except (inspection.UnknownAccountError, NewerSchemaError, datadir.DataError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot read {path}: {error}") from None


def _print(
    db: sqlite3.Connection, rows: Iterable[inspection.Row], chosen: argparse.Namespace
) -> None:
    """All is read before the first line is printed: who pages through it would else hold the
    relay's write-ahead log for as long (docs/spec/07-relay.md §6)."""
    with TemporaryFile("w+", encoding="utf-8", dir=chosen.data) as spool:
        for line in _lines(rows, as_json=chosen.json):
            spool.write(line + "\n")
        db.close()
        spool.seek(0)
        shutil.copyfileobj(spool, sys.stdout)


def _lines(rows: Iterable[inspection.Row], *, as_json: bool) -> Iterator[str]:
    table = ""
    for row in rows:
        if as_json:
            values = {name: inspection.shown(value) for name, value in row.values.items()}
            classes = {name: column.category for name, column in row.classes.items()}
            yield json.dumps({"table": row.table, "row": values, "class": classes})
            continue
        if row.table != table:
            table = row.table
            yield f"\n{table}"
            for name, column in row.classes.items():
                yield f"    {name} [{column.category}] {column.purpose}; kept {column.kept}"
        yield "  " + "  ".join(f"{name}={_text(value)}" for name, value in row.values.items())


def _text(value: object) -> str:
    match inspection.shown(value):
        case {"bytes": size, "head": head}:
            return f"<{size:,} bytes {head[:16]}…>"
        case plain:
            return str(plain)
