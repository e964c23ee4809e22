"""doorless-lab: arguments, terminal, clock and randomness.

doorless-lab demo             relay, Alice, Bob, and what the relay gets, in one terminal
doorless-lab demo --script    the same as plain text: a fixed conversation, then the figures
doorless-lab simulate         what can happen to devices, from a seed: docs/reference/simulator.md
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from doorless_lab.relay_process import RelayError
from doorless_lab.script import BrokenPromiseError, Script
from doorless_lab.simulation import command

DONE, FAILED, USAGE = 0, 1, 2
HANG_UP_WITHIN = 20
"""Seconds to clean up in when the terminal is gone; then the system ends us."""

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl+C ended: 128 + SIGINT."""


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    if chosen.simulate:
        return _simulate(chosen)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        if chosen.script or not terminal:
            return asyncio.run(_ended_by_signals(_play()))
        from doorless_lab.demo.launch import run  # Textual costs a fifth of a second

        return asyncio.run(_ended_by_signals(run(time.time, secrets.token_bytes)))
    except (RelayError, BrokenPromiseError, TimeoutError) as error:
        print(f"doorless-lab: {error}", file=sys.stderr)
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = sys.stderr  # nothing more is to be flushed into the pipe
        return FAILED


def _simulate(chosen: argparse.Namespace) -> int:
    try:
        return command.simulate(chosen, lambda line: print(line, flush=True))
    except ValueError as error:
        print(f"doorless-lab: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = sys.stderr
        return FAILED


async def _play() -> int:
    """Raises BrokenPipeError: whoever read it has seen enough."""
    await Script(time.time, secrets.token_bytes, lambda line: print(line, flush=True)).play()
    return DONE


async def _ended_by_signals(work: Coroutine[Any, Any, int]) -> int:
    """Cancel `work` when asked to end, or when the terminal goes: it cleans up after itself."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def hang_up() -> None:
        _let_go_of_the_terminal()
        signal.alarm(HANG_UP_WITHIN)
        task.cancel()

    with contextlib.suppress(NotImplementedError, AttributeError):  # not on Windows
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGHUP, hang_up)
    return await task


def _let_go_of_the_terminal() -> None:
    """Nobody is there: what is drawn while we clean up must not wait for a terminal for ever."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doorless-lab", description="See what a relay sees.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="a relay, Alice, Bob, and what the relay gets")
    demo.add_argument("--script", action="store_true", help="play it as plain text")
    demo.set_defaults(simulate=False)
    command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
