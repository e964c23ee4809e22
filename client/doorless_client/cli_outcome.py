"""How a command ends: an exit code, and one line on stderr that says what to do."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable

from doorless_client.cli_output import OutputError, flush
from doorless_client.core.api import (
    BadInputError,
    KeyChangedError,
    LogProofError,
    RefusedError,
    UnreachableError,
)
from doorless_client.key_file import WrongPassphraseError
from doorless_client.mistakes import place
from doorless_client.profile import DamagedProfileError, NoProfileError, ProfileExistsError
from doorless_client.profile_lock import ProfileInUseError
from doorless_client.store.base import DiskError, NewerSchemaError, StoreError
from doorless_client.text import safe_line
from doorless_protocol.errors import WeakRandomError

DONE, FAILED, USAGE, KEY, PROFILE, UNREACHABLE, LOG, IN_USE = range(8)
BY_SIGNAL = 128
"""A command that a signal ended exits with this and the signal's number, as shells have it."""


class UsageError(Exception):
    """The command line, the environment or the terminal does not give what is needed."""


class TerminatedError(Exception):
    """A signal came that ends a command, and everything was closed."""

    def __init__(self, by: int) -> None:
        super().__init__(f"ended by signal {by}")
        self.by = by


CODES: tuple[tuple[type[Exception], int], ...] = (  # the first that fits
    (KeyChangedError, KEY),
    (LogProofError, LOG),
    (UnreachableError, UNREACHABLE),
    (BadInputError, USAGE),
    (RefusedError, FAILED),
    (WeakRandomError, FAILED),
    (UsageError, USAGE),
    (OutputError, FAILED),
    (ProfileInUseError, IN_USE),
    (WrongPassphraseError, PROFILE),
    (DamagedProfileError, PROFILE),
    (NoProfileError, FAILED),
    (ProfileExistsError, FAILED),
    (NewerSchemaError, FAILED),
    (DiskError, FAILED),
    (StoreError, PROFILE),
)


def exit_code(command: Callable[[], int]) -> int:
    """Run it, and turn whatever happens into an exit code. Nothing else is printed."""
    if sys.stdout is None:  # closed by whoever started us: `>&-`
        complain("standard output is closed; nothing was done (send it to /dev/null instead)")
        return FAILED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = command()
        flush()
    except KeyboardInterrupt:
        return BY_SIGNAL + signal.SIGINT
    except TerminatedError as ended:
        return BY_SIGNAL + ended.by
    except BrokenPipeError:  # whoever read our output has seen enough
        _discard_output()
        return BY_SIGNAL + getattr(signal, "SIGPIPE", 13)
    except Exception as error:
        return _failed(error)
    return code


def _failed(error: Exception) -> int:
    if isinstance(error, OutputError):
        _discard_output()
    for kind, code in CODES:
        if isinstance(error, kind):
            complain(str(error))
            return code
    complain(f"this should not have happened ({place(error)}); nothing more was done")
    return FAILED


def complain(line: str) -> None:
    """One line on stderr, if there is one; whatever is in it."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"doorless: {safe_line(line, at_most=2000)}\n")
        sys.stderr.flush()


def _discard_output() -> None:
    """Python flushes once more when it ends: not into a pipe or a disk that takes nothing."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
