"""Runs `picture_decoder.py`: a process without rights, for a picture that may come from anybody."""

import contextlib
import subprocess
import sys
from threading import Timer
from typing import Any, Literal

from doorless_client import picture_decoder

PATIENCE = 15.0
"""Seconds until the decoder is ended, whatever it does."""

ISOLATED = ("-I", "-B")
"""How the interpreter is started: without the folder, the environment and a user's own packages."""

Wanted = Literal["codes", "pixels"]


def surroundings() -> dict[str, Any]:
    """No environment, no folder of anybody's: what it needs is the picture."""
    return {"env": {}, "cwd": "/"}


def decode(wanted: Wanted, picture: bytes, at_most: int) -> tuple[int, bytes]:
    """Exit code and answer of the decoder, which is ended once it said or took too much.

    Nothing of the answer is checked. Takes about half a second; call it off the event loop.

    Args:
        at_most: bytes of an answer.
    """
    command = [sys.executable, *ISOLATED, picture_decoder.__file__, wanted]
    with subprocess.Popen(  # noqa: S603  # our own interpreter and file, no word of anybody
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **surroundings(),
    ) as decoder:
        patience = Timer(PATIENCE, decoder.kill)
        patience.start()
        try:
            if decoder.stdin is None or decoder.stdout is None:
                raise ValueError("a process without pipes")
            with contextlib.suppress(BrokenPipeError):  # it ended; its exit code says why
                decoder.stdin.write(picture)
                decoder.stdin.close()
            said = decoder.stdout.read(at_most + 1)
            if len(said) > at_most:
                decoder.kill()
            return decoder.wait(), said
        finally:
            patience.cancel()
            decoder.kill()
