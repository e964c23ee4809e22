"""`doorless-relay restore`: put a backup back where files are missing."""

import argparse
import sqlite3
from pathlib import Path

from doorless_server.backup import restoring
from doorless_server.commands.base import CommandError, Sources
from doorless_server.datadir import DataError
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.store.schema import NewerSchemaError

HELP = "put back from a backup what is missing; nothing that is there is overwritten"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where to")
    parser.add_argument("source", type=Path, metavar="FROM", help="a folder that backup made")
    parser.add_argument(
        "--heads-lost",
        action="store_true",
        help="heads.db is lost, and this is the newest copy of log.db that there is",
    )


def run(chosen: argparse.Namespace, _sources: Sources) -> None:
    try:
        back = restoring.restore(chosen.source, chosen.data, heads_lost=chosen.heads_lost)
    except (DataError, ForkRefusedError, NewerSchemaError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"{chosen.source} does not serve: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot write {chosen.data}: {error.strerror}") from None
    if not back:
        print(f"{chosen.data} has everything that {chosen.source} has")
        return
    print(f"put back: {', '.join(sorted(back))}")
    print("devices will see that the relay went back, and hand it again what it had taken")
