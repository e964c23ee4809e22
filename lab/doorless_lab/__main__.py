"""doorless-lab: the commands, and the clock and the randomness that they work with.

doorless-lab demo             relay, Alice, Bob, and what the relay gets, in one terminal
doorless-lab demo --script    the same as plain text: a fixed conversation, then the figures
doorless-lab list             every scenario: a back door, a demand, an attack
doorless-lab play A1          one of them, step by step, against each of its products
doorless-lab run --all        all of them, with verdicts computed and compared
doorless-lab serve            the classroom in the browser, on this machine alone
doorless-lab rehearse 45      a lesson as it will go on this computer
doorless-lab doctor           what a lesson needs here, and what to do about what is missing
doorless-lab simulate         what can happen to devices, from a seed: docs/reference/simulator.md
"""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from typing import Final

from doorless_lab import folders
from doorless_lab.catalogue import BrokenScenarioError
from doorless_lab.commands import demo, doctor, listing, play, rehearse, run, serve, simulate
from doorless_lab.commands.base import FAILED, Command, CommandError, Sources
from doorless_lab.ending import ended_as_by_ctrl_c

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl+C ended: 128 + SIGINT."""

COMMANDS: Final[dict[str, Command]] = {
    "demo": demo,
    "list": listing,
    "play": play,
    "run": run,
    "serve": serve,
    "rehearse": rehearse,
    "doctor": doctor,
    "simulate": simulate,
}


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        with ended_as_by_ctrl_c():
            folders.sweep()
            return COMMANDS[chosen.command].run(chosen, Sources(time.time, secrets.token_bytes))
    except CommandError as error:
        print(f"doorless-lab: {error}", file=sys.stderr)
        return error.code
    except BrokenScenarioError as error:
        print(f"doorless-lab: mend this scenario, or take its file away: {error}", file=sys.stderr)
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = sys.stderr  # nothing more is to be flushed into the pipe
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doorless-lab",
        description="See what a relay sees, and play every back door against the real thing.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.HELP))
    return parser


if __name__ == "__main__":
    sys.exit(main())
