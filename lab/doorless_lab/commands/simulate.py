"""`doorless-lab simulate`: what can happen to devices, from a seed."""

import argparse

from doorless_lab.commands.base import USAGE, CommandError, Sources, write
from doorless_lab.simulation import command

HELP = command.HELP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    command.add_arguments(parser)


def run(chosen: argparse.Namespace, sources: Sources) -> int:  # noqa: ARG001
    try:
        return command.simulate(chosen, write)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
