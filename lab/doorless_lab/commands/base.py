"""What every command has: its arguments, where time and randomness come from, how it fails."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from doorless_protocol.primitives import Random

DONE, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; not done, or a verdict that differs; not understood."""


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
    """

    clock: Callable[[], float]
    random: Random


class Command(Protocol):
    """A module of this folder."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, chosen: argparse.Namespace, sources: Sources) -> int:
        """Returns the exit code. Raises CommandError."""
        ...


def write(line: str = "") -> None:
    """To stdout, at once: whoever watches a run sees it as it happens.

    Raises:
        BrokenPipeError: nobody reads any more.
        CommandError: it cannot be written, as on a disk that is full.
    """
    try:
        print(line, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"cannot write what it prints: {error.strerror}") from None


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def check_writable(file: Path) -> None:
    """Before a run that takes long, not after it. What stands in the file stays.

    Raises CommandError.
    """
    try:
        file.open("ab").close()
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from None
