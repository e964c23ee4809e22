"""`doorless-lab demo`: a relay, Alice, Bob, and what the relay gets."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from doorless_lab.commands.base import DONE, CommandError, Sources, write
from doorless_lab.relay_process import RelayError
from doorless_lab.script import BrokenPromiseError, Script

HELP = "a relay, Alice, Bob, and what the relay gets, in one terminal"

HANG_UP_WITHIN = 20
"""Seconds to clean up in when the terminal is gone; then the system ends us."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--script", action="store_true", help="play it as plain text")


def run(chosen: argparse.Namespace, sources: Sources) -> int:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        if chosen.script or not terminal:
            return asyncio.run(_ended_by_signals(_play(sources)))
        from doorless_lab.demo import launch  # Textual costs a fifth of a second

        return asyncio.run(_ended_by_signals(launch.run(sources.clock, sources.random)))
    except (RelayError, BrokenPromiseError, TimeoutError) as error:
        raise CommandError(str(error)) from None


async def _play(sources: Sources) -> int:
    """Raises BrokenPipeError: whoever read it has seen enough."""
    await Script(sources.clock, sources.random, write).play()
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
