"""`doorless-relay backup`: copy a relay's folder, while it runs or not."""

import argparse
import sqlite3
from pathlib import Path

from doorless_server.backup import making
from doorless_server.backup.copying import TooBusyError
from doorless_server.commands.base import CommandError, Sources
from doorless_server.datadir import DataError
from doorless_server.limits import HOUR

HELP = "copy everything to a new folder, while the relay runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument("to", type=Path, metavar="TO", help="a folder that is not there yet")
    parser.add_argument("--without-files", action="store_true", help="leave sealed files out")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    hour, with_files = sources.clock() // HOUR, not chosen.without_files
    try:
        made = making.make(chosen.data, chosen.to, hour, with_files=with_files)
    except (DataError, TooBusyError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"cannot copy {chosen.data}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot write {chosen.to}: {error.strerror}") from None
    size = sum(file.size for file in made.files.values())
    print(f"{chosen.to}: {len(made.files)} files, {size:,} bytes; it holds the relay's keys")
    print("heads.db is not in it, nor demands/heads.db: they are kept apart, and never go back")
