"""How a command ends: an exit code, and one line on stderr that says what to do."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable

from doorless_client.core.api import KeyChangedError, RefusedError, UnreachableError
from doorless_client.key_file import WrongPassphraseError
from doorless_client.mistakes import place
from doorless_client.profile import DamagedProfileError, NoProfileError, ProfileExistsError
from doorless_client.profile_lock import ProfileInUseError
from doorless_client.store.base import NewerSchemaError, StoreError
from doorless_client.text import safe_line

DONE, FAILED, USAGE, KEY, PROFILE, UNREACHABLE, IN_USE = 0, 1, 2, 3, 4, 5, 7
BY_SIGNAL = 128
"""A command that a signal ended exits with this and the signal's number, as shells have it."""


class UsageError(Exception):
    """The command line, the environment or the terminal does not give what is needed."""


class TerminatedError(Exception):
    """SIGTERM came, and everything was closed."""


CODES: tuple[tuple[type[Exception], int], ...] = (  # the first that fits
    (KeyChangedError, KEY),
    (UnreachableError, UNREACHABLE),
    (RefusedError, FAILED),
    (UsageError, USAGE),
    (ProfileInUseError, IN_USE),
    (WrongPassphraseError, PROFILE),
    (DamagedProfileError, PROFILE),
    (NoProfileError, FAILED),
    (ProfileExistsError, FAILED),
    (NewerSchemaError, FAILED),
    (StoreError, PROFILE),
)


def exit_code(command: Callable[[], int]) -> int:
    """Run it, and turn whatever happens into an exit code. Nothing else is printed."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return BY_SIGNAL + signal.SIGINT
    except TerminatedError:
        return BY_SIGNAL + signal.SIGTERM
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        return _failed(error)
    return code


def _failed(error: Exception) -> int:
    for kind, code in CODES:
        if isinstance(error, kind):
            complain(str(error))
            return code
    complain(f"this should not have happened ({place(error)}); nothing more was done")
    return FAILED


def complain(line: str) -> None:
    """One line on stderr; whatever is in it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"doorless: {safe_line(line, at_most=2000)}\n")
        sys.stderr.flush()


def _reader_left() -> int:
    """Whoever read our output has seen enough. Python must not flush into the pipe again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BY_SIGNAL + getattr(signal, "SIGPIPE", 13)
