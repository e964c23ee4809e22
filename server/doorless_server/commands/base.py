"""What every command has: its arguments, where time and randomness come from, how it fails."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from doorless_protocol.primitives import Random
from doorless_server import datadir
from doorless_server.clock import Elapsed

FAILED, USAGE, PROVEN = 1, 2, 6
"""Exit codes: not done; not understood; the log is proven dishonest."""


class CommandError(Exception):
    """It was not done; the message says what to do about it."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sources:
    """Chosen by `__main__` alone.

    Attributes:
        clock: Unix seconds.
        elapsed: seconds by a clock that nobody sets.
    """

    clock: Callable[[], int]
    random: Random
    elapsed: Elapsed


class Command(Protocol):
    """A module of this folder."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, chosen: argparse.Namespace, sources: Sources) -> None:
        """Raises CommandError."""


def drawing(folder: Path, key: Path) -> AbstractContextManager[None]:
    """Alone with the folder until its keys are drawn; from then on they are read at any time."""
    return nullcontext() if (folder / key).exists() else datadir.locked(folder)


def name_of(text: str) -> str:
    """A relay's name, for argparse."""
    if not 1 <= len(text.encode()) <= 255 or not text.isprintable():
        raise argparse.ArgumentTypeError("a name has 1 to 255 printable bytes")
    return text


def whole(least: int, most: int, what: str) -> Callable[[str], int]:
    """A whole number within bounds, for argparse."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{least} to {most} {what}")
        return int(text)

    return read
