"""`doorless-relay report`: what the operator publishes about the demands that came."""

import argparse
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from doorless_server import datadir
from doorless_server.commands import disk_words
from doorless_server.commands.base import USAGE, CommandError, Sources
from doorless_server.demands import entity, inventory
from doorless_server.demands.ledger import Ledger, LedgerDamagedError, LedgerError
from doorless_server.demands.notices import Notices
from doorless_server.demands.report.as_csv import as_csv
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.as_json import as_json
from doorless_server.demands.report.making import FORMATS, is_exercise, make
from doorless_server.demands.report.model import Imprint, Report
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.structures import NotYetError, OtherStructureError
from doorless_server.store.schema import NewerSchemaError

HELP = "what may be published about the demands that came"

_FORMS: Final[dict[str, Callable[[Report], str]]] = {
    "html": as_html,
    "json": as_json,
    "csv": as_csv,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default=FORMATS[0],
        help="default: signal, a page for each demand",
    )
    parser.add_argument(
        "--period",
        type=_period,
        metavar="2026|2026-H1",
        help="default: signal: everything; else the newest that may be published",
    )
    for form in _FORMS:
        parser.add_argument(f"--{form}", type=Path, metavar="F", help=f"write it as {form.upper()}")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    """Write the report to the files that are named; to standard output as JSON where none is."""
    try:
        whose, held = entity.read(chosen.data).name, _schema(chosen.data)
        ledger = Ledger.open(chosen.data / inventory.FOLDER, random=sources.random)
        imprint = Imprint(whose, held, None, is_exercise(ledger.entries()))
        report = make(ledger, chosen.format, chosen.period, sources.clock(), imprint)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
    except (
        datadir.DataError,
        inventory.InventoryError,
        entity.EntityError,
        LedgerDamagedError,
        LedgerError,
        NewerSchemaError,
        NotYetError,
        OtherStructureError,
        OSError,
        sqlite3.Error,
    ) as error:
        raise CommandError(disk_words.trouble(error, chosen.data) or str(error)) from None
    files = {form: path for form in _FORMS if (path := getattr(chosen, form)) is not None}
    for form, path in files.items():
        _write(path, _FORMS[form](report))
    if not files:
        print(as_json(report), end="")


def _schema(data: Path) -> str:
    """Of all that is held; with the place for notices, although there may be none.

    Else the hash would change with the first person who is to be told: under a gag, too.
    """
    inventory.of(data)  # a relay's folder, before anything is made in it
    Notices.open(data / inventory.FOLDER).close()
    return inventory.of(data).schema_hash


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        said = f"cannot write {path}: {error.strerror}"
        raise CommandError(disk_words.trouble(error, path) or said) from None


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
