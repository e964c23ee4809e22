"""`doorless-relay log-key`: what witnesses of this relay's logs need."""

import argparse
from pathlib import Path

from doorless_protocol.errors import WeakRandomError
from doorless_protocol.log.note import Vkey
from doorless_protocol.randomness import check_random
from doorless_server import datadir
from doorless_server.commands.base import CommandError, Sources, drawing, name_of
from doorless_server.demands import begun
from doorless_server.directory import opening

HELP = "the keys of this relay's key log or demand log, for its witnesses"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")
    parser.add_argument("--name", metavar="NAME", type=name_of, required=True, help="the relay's")
    parser.add_argument("--demands", action="store_true", help="those of its demand log")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    """Print the keys of a log that is or will be begun here."""
    try:
        check_random(sources.random)
        keys = (_of_demands if chosen.demands else _of_names)(chosen, sources)
    except (datadir.DataError, WeakRandomError) as error:
        raise CommandError(str(error)) from None
    for key in keys:
        print(key.encode())


def _of_names(chosen: argparse.Namespace, sources: Sources) -> tuple[Vkey, Vkey]:
    with drawing(chosen.data, opening.VRF_KEY):  # the last one that is drawn
        return opening.drawn(chosen.data, chosen.name, sources.random).config().vkeys


def _of_demands(chosen: argparse.Namespace, sources: Sources) -> tuple[Vkey, Vkey]:
    with drawing(chosen.data, Path(begun.FOLDER) / begun.SIGNING_KEY):
        signer = begun.drawn(chosen.data / begun.FOLDER, chosen.name, sources.random)
    return signer.vkey, signer.cosigner.vkey
