"""`doorless-relay canary`: sign what the operator can still say, or show what was signed."""

import argparse
import json
from datetime import date
from pathlib import Path
from shlex import quote

import msgspec

from doorless_protocol.canary import Canary
from doorless_server import datadir
from doorless_server.commands import disk_words
from doorless_server.commands.base import USAGE, CommandError, Sources, name_of
from doorless_server.demands import canary
from doorless_server.demands.canary import STATEMENTS, CanaryError

HELP = "sign what can still be said of demands, or show what was signed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("sign", "show"), metavar="sign|show")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--until", type=_day, metavar="DATE", help="of sign: renewed by then, as 2027-01-31"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=STATEMENTS,
        metavar="WORD",
        help=f"of sign: say this no more, for good: {', '.join(STATEMENTS)}",
    )
    parser.add_argument(
        "--name", type=name_of, metavar="NAME", help="of sign: the relay's, at the first signature"
    )
    parser.add_argument("--json", action="store_true", help="one object")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    try:
        said = _signed(chosen, sources) if chosen.what == "sign" else canary.held(chosen.data)
    except (CanaryError, datadir.DataError) as error:
        raise CommandError(disk_words.trouble(error, chosen.data) or str(error)) from None
    if said is None:
        where = quote(str(chosen.data))
        raise CommandError(
            "no canary was signed here: doorless-relay canary sign"
            f" --data {where} --name NAME --until DATE"
        )
    _print(said, sources.clock(), as_json=chosen.json)


def _signed(chosen: argparse.Namespace, sources: Sources) -> Canary:
    if chosen.until is None:
        raise CommandError("canary sign --until DATE: the day by which it is renewed", USAGE)
    if not chosen.data.is_dir():
        raise CommandError(f"{chosen.data} does not exist: is this a relay's --data?")
    before = canary.held(chosen.data)
    name = chosen.name or (before.relay if before is not None else None)
    if name is None:
        raise CommandError("the first one needs the relay's --name", USAGE)
    now = sources.clock()
    return canary.sign(chosen.data, name, chosen.until, chosen.without, now, sources.random)


def _print(said: Canary, now: int, *, as_json: bool) -> None:
    late = max(0, canary.day_of(now).toordinal() - date.fromisoformat(said.valid_until).toordinal())
    if as_json:
        print(json.dumps({**msgspec.structs.asdict(said), "days_overdue": late}))
        return
    print(f"relay     {said.relay}")
    print(f"key       {said.key}")
    print(f"signed    {said.published}")
    print(f"renew by  {said.valid_until}" + (f"   {_days(late)} overdue" if late else ""))
    for statement in said.statements:
        print(f"  {statement}")
    if not said.statements:
        print("  It says nothing any more.")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day, as 2027-01-31") from None
