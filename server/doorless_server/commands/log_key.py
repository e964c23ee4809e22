"""`doorless-relay log-key`: what witnesses of this relay's key log need."""

import argparse
from pathlib import Path

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.randomness import check_random
from doorless_server import datadir
from doorless_server.commands.base import CommandError, Sources, drawing, name_of
from doorless_server.directory import opening

HELP = "the keys of this relay's key log, for its witnesses"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument("--name", metavar="NAME", type=name_of, required=True, help="the relay's")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    """Print the keys of the log that is or will be begun here."""
    try:
        check_random(sources.random)
        with drawing(chosen.data, opening.VRF_KEY):  # the last one that is drawn
            keys = opening.drawn(chosen.data, chosen.name, sources.random)
    except (datadir.DataError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    for key in keys.config().vkeys:
        print(key.encode())
