"""`doorless-relay demand`: take a demand in, check it, answer it, and keep account of silence."""

import argparse
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from doorless_protocol.errors import DoorlessError
from doorless_server.commands import demand_words as words
from doorless_server.commands import disk_words, offered
from doorless_server.commands.base import CommandError, Sources
from doorless_server.datadir import DataError
from doorless_server.demands import silence, standing, workflow
from doorless_server.demands.bundle import BundleError
from doorless_server.demands.desk import OtherDemandError
from doorless_server.demands.entity import EntityError
from doorless_server.demands.intake import MAX_BYTES
from doorless_server.demands.inventory import InventoryError
from doorless_server.demands.ledger import LedgerDamagedError, LedgerError
from doorless_server.demands.log import NotYetLoggedError
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.inspection import UnknownAccountError
from doorless_server.store.schema import NewerSchemaError

HELP = "take in, check and answer demands for data"

_SUBCOMMANDS: Final = {
    "open": "take a demand in, from a TOML file",
    "check": "try it: authentic, competent, specific, covered",
    "answer": "write the bundle, once the public log shows the demand",
    "list": "how every demand stands",
    "renew": "silence was ordered for longer",
    "end-gag": "silence was lifted",
    "reveal": "lay its slot in the public log open",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    subcommands = parser.add_subparsers(required=True, metavar="SUBCOMMAND", dest="subcommand")
    for name, help_ in _SUBCOMMANDS.items():
        inner = subcommands.add_parser(name, help=help_)
        if name == "open":
            inner.add_argument("file", type=Path, metavar="FILE.toml")
        elif name != "list":
            inner.add_argument("id", metavar="ID")
        inner.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
        inner.add_argument("--json", action="store_true", help="one object a line")
        if name == "renew":
            until = inner.add_mutually_exclusive_group(required=True)
            until.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="the last day")
            until.add_argument("--no-end", action="store_true", help="the order names no end")
        if name == "answer":
            inner.add_argument(
                "--voluntarily",
                action="store_true",
                help="give what an emergency request asks for and cannot compel",
            )


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    try:
        _RUN[chosen.subcommand](chosen, sources)
    except NotYetLoggedError as error:
        when = datetime.fromtimestamp(error.when, UTC).isoformat()
        raise CommandError(
            f"nothing may be read before the public log shows the demand: {error};"
            f" try again after {when}"
        ) from None
    except (
        *(workflow.DeskError, BundleError, EntityError, InventoryError, OtherDemandError),
        *(LedgerDamagedError, LedgerError, DataError, NewerSchemaError, ForkRefusedError),
        *(UnknownAccountError, DoorlessError),
    ) as error:
        raise CommandError(disk_words.trouble(error, chosen.data) or str(error)) from None
    except sqlite3.Error as error:
        said = f"cannot use the databases in {chosen.data}: {error}"
        raise CommandError(disk_words.trouble(error, chosen.data) or said) from None
    except OSError as error:
        said = f"{error.filename or chosen.data}: {error.strerror}"
        raise CommandError(disk_words.trouble(error, chosen.data) or said) from None


def _open(chosen: argparse.Namespace, sources: Sources) -> None:
    toml = offered.read(chosen.file, MAX_BYTES + 1)
    demand_id = workflow.open_demand(chosen.data, toml, sources)
    _print(chosen, {"opened": demand_id}, lambda: words.opened(demand_id, chosen.data))


def _check(chosen: argparse.Namespace, sources: Sources) -> None:
    made = workflow.check_demand(chosen.data, chosen.id, sources)
    listed = [{"name": one.name, "pass": one.passed, "note": one.note} for one in made]
    _print(chosen, {"demand_id": chosen.id, "checks": listed}, lambda: words.checked(made))


def _answer(chosen: argparse.Namespace, sources: Sources) -> None:
    answer = workflow.answer_demand(chosen.data, chosen.id, sources, voluntarily=chosen.voluntarily)
    found = {"folder": str(answer.folder), "response": answer.response}
    _print(chosen, found, lambda: words.answered(answer))


def _list(chosen: argparse.Namespace, sources: Sources) -> None:
    found = standing.all_of(chosen.data, sources)
    if chosen.json:
        for one in found:
            print(msgspec.json.encode(one).decode())
    else:
        print("\n".join(words.listed(found)))


def _renew(chosen: argparse.Namespace, sources: Sources) -> None:
    silence.renew(chosen.data, chosen.id, chosen.until, sources)
    _print(
        chosen, {"renewed": chosen.id, "until": chosen.until}, lambda: words.renewed(chosen.until)
    )


def _end_gag(chosen: argparse.Namespace, sources: Sources) -> None:
    silence.end(chosen.data, chosen.id, sources)
    _print(chosen, {"ended": chosen.id}, words.ended)


def _reveal(chosen: argparse.Namespace, sources: Sources) -> None:
    evidence = silence.reveal(chosen.data, chosen.id, sources)
    found = {"revealed": chosen.id, "evidence": str(evidence)}
    _print(chosen, found, lambda: words.revealed(evidence))


def _print(
    chosen: argparse.Namespace, found: dict[str, Any], plain: Callable[[], list[str]]
) -> None:
    if chosen.json:
        print(msgspec.json.encode(found).decode())
    else:
        print("\n".join(plain()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD") from None


_RUN: Final[dict[str, Callable[[argparse.Namespace, Sources], None]]] = {
    "open": _open,
    "check": _check,
    "answer": _answer,
    "list": _list,
    "renew": _renew,
    "end-gag": _end_gag,
    "reveal": _reveal,
}
