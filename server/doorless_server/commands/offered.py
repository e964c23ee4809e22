"""Reading a file that a command is given: an ordinary one, and no more of it than is taken."""

import errno
import os
import stat
from pathlib import Path

from doorless_server.commands.base import CommandError


def read(path: Path, most: int) -> bytes:
    """Its beginning, of at most so many bytes.

    Nothing is waited for: of a pipe that nobody writes into, opening alone would last for ever.

    Raises:
        CommandError: it is a folder, a pipe, a socket or a device, or cannot be read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise _no_file(path)
            with os.fdopen(file, "rb", closefd=False) as opened:
                return opened.read(most)
        finally:
            os.close(file)
    except OSError as error:
        if error.errno == errno.ENXIO:  # of a socket
            raise _no_file(path) from None
        raise CommandError(f"cannot read {path}: {error.strerror}") from None


def _no_file(path: Path) -> CommandError:
    return CommandError(
        f"{path} is no ordinary file but a folder, a pipe or a device: name a file that was saved"
    )
