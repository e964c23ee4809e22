"""`doorless-lab simulate`: play runs from their seeds, and print what happened in them."""

import argparse
from collections.abc import Callable

from doorless_lab.simulation.actions import parse_all
from doorless_lab.simulation.people import NAMES, Simulation
from doorless_lab.simulation.play import STEPS, Run
from doorless_lab.simulation.promises import PromiseError

Write = Callable[[str], None]

HELD, BROKEN = 0, 1
TELL_EVERY = 500
"""Runs between two lines that say how far it came."""


HELP = "play what can happen to people and their devices, from a seed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Real clients and a real relay in one process, over a network that misbehaves. "
        "Everything follows from the seed; every promise is checked."
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first run")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="COUNT", help="runs, each from the next seed"
    )
    parser.add_argument("--people", type=int, default=2, choices=range(2, len(NAMES) + 1))
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N")
    parser.add_argument(
        "--play", metavar="ACTIONS", help='in place of drawn ones: "say 0 1; live 0; live 1"'
    )


def simulate(chosen: argparse.Namespace, write: Write) -> int:
    """Raises ValueError: `--play` holds no actions, or none that these people can do."""
    actions = None if chosen.play is None else tuple(parse_all(chosen.play))
    runs = [
        Run(seed, chosen.people, chosen.steps, actions)
        for seed in range(chosen.seed, chosen.seed + chosen.seeds)
    ]
    if len(runs) == 1:
        return _one(runs[0], write)
    return _many(runs, write)


def _one(run: Run, write: Write) -> int:
    simulation = run.begin()
    try:
        run.play(simulation)
    except Exception as error:
        _print(simulation, write)
        _tell(error, run, write)
        return BROKEN
    _print(simulation, write)
    said = sum(len(texts) for texts in simulation.said.values())
    write(f"{said} messages, and every promise held; trace {simulation.trace.digest}")
    return HELD


def _print(simulation: Simulation, write: Write) -> None:
    for line in simulation.trace.lines:
        write(line)


def _tell(error: Exception, run: Run, write: Write) -> None:
    """Also of a mistake that no promise speaks of: a program must not end by itself."""
    what = str(error) if isinstance(error, PromiseError) else f"{type(error).__name__}: {error}"
    write(f"BROKEN: {what}")
    write(run.command)


def _many(runs: list[Run], write: Write) -> int:
    broken = 0
    for played, run in enumerate(runs, start=1):
        try:
            run.play(run.begin())
        except Exception as error:
            broken += 1
            _tell(error, run, write)
        if played % TELL_EVERY == 0 and played < len(runs):
            write(f"{played} of {len(runs)} runs, {broken} broken")
    write(f"{len(runs)} runs, {broken} broken")
    return BROKEN if broken else HELD
