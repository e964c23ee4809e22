"""`doorless-relay auditor`: let somebody replay this relay's key log."""

import argparse

from doorless_server import datadir
from doorless_server.commands.base import CommandError, Sources
from doorless_server.directory import command as adding

HELP = "let somebody replay this relay's key log"

add_arguments = adding.add_arguments


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    """Print a new token; from the next start on it reads what changed."""
    try:
        print(adding.add(chosen.data, chosen.name, sources.random))
    except datadir.DataError as error:
        raise CommandError(str(error)) from None
