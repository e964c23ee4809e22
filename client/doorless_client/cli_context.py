"""What every command starts from: the profile, its passphrase, and a messenger for a while."""

import argparse
import asyncio
import contextlib
import getpass
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from doorless_client.cli_outcome import TerminatedError, UsageError
from doorless_client.key_file import LENGTHS, MAX_PASSPHRASE, SHORTEST_PASSPHRASE
from doorless_client.opening import Opened, open_by_keyring, open_profile
from doorless_client.profile import KEYRING, NoProfileError, is_profile
from doorless_client.profiles import ProfileNameError, place_of
from doorless_client.system_keyring import system_keyring

Now = Callable[[], float]
Random = Callable[[int], bytes]
Command = Callable[[argparse.Namespace, Now, Random], int]

VARIABLE = "DOORLESS_PASSPHRASE"
NEW_VARIABLE = "DOORLESS_NEW_PASSPHRASE"


def directory(chosen: argparse.Namespace) -> Path:
    """Raises UsageError: what was given is neither a name nor a folder."""
    try:
        return place_of(chosen.profile)
    except ProfileNameError as error:
        raise UsageError(str(error)) from None


def passphrase(chosen: argparse.Namespace) -> str:
    """The passphrase of an existing profile, from a file, the environment or a prompt.

    Raises:
        UsageError: none of the three gives one.
    """
    given = _given(chosen.passphrase_file, VARIABLE)
    return given if given is not None else _prompt("Passphrase: ")


def new_passphrase(file: Path | None, variable: str) -> str:
    """One that is not in use yet; typed twice, when it is typed."""
    given = _given(file, variable)
    if given is None:
        given = _prompt("New passphrase: ")
        if _prompt("Once more: ") != given:
            raise UsageError("the two passphrases differ; try again")
    if not SHORTEST_PASSPHRASE <= len(given) <= MAX_PASSPHRASE:
        raise UsageError(LENGTHS)
    return given


@asynccontextmanager
async def messenger(chosen: argparse.Namespace, now: Now, random: Random) -> AsyncIterator[Opened]:
    """The unlocked profile; not connected unless its messenger is started."""
    place = directory(chosen)
    if not is_profile(place):
        raise NoProfileError(place)  # before anybody types a passphrase
    opened = await _open(chosen, place, now, random)
    try:
        yield opened
    finally:
        await opened.close()


async def _open(chosen: argparse.Namespace, place: Path, now: Now, random: Random) -> Opened:
    """With the passphrase that is given; else by the keyring, where that was chosen; else asked."""
    given = _given(chosen.passphrase_file, VARIABLE)
    if given is None and (place / KEYRING).exists():
        opened = await open_by_keyring(place, system_keyring(), now, random)
        if opened is not None:
            return opened
    return await open_profile(
        place, given if given is not None else _prompt("Passphrase: "), now, random
    )


def run(work: Coroutine[Any, Any, int]) -> int:
    """Run a command's work to its end; what asks it to end cancels it, and all is closed."""
    terminated = 0

    async def whole() -> int:
        task = asyncio.create_task(work)

        def terminate(by: int) -> None:
            nonlocal terminated
            terminated = by
            task.cancel()

        with contextlib.suppress(NotImplementedError):  # on Windows
            for one in ending():
                asyncio.get_running_loop().add_signal_handler(one, terminate, one)
        return await task

    try:
        return asyncio.run(whole())
    except asyncio.CancelledError:
        if terminated:
            raise TerminatedError(terminated) from None
        raise


def ending() -> list[int]:
    """What asks a command to end: somebody, or a terminal that was closed; not under nohup."""
    asking = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
    return [one for one in asking if one and signal.getsignal(one) is not signal.SIG_IGN]


def _given(file: Path | None, variable: str) -> str | None:
    if file is not None:
        try:
            with file.open(encoding="utf-8") as opened:
                return opened.readline(MAX_PASSPHRASE + 2).rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"cannot read a passphrase from {file}") from None
    return os.environ.pop(variable, None)  # no child of ours inherits it


def _prompt(question: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            f"no terminal to ask for the passphrase; give --passphrase-file or {VARIABLE}"
        )
    try:
        with _ended_by_signals():
            return getpass.getpass(question)
    except EOFError:
        raise UsageError("no passphrase was given") from None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the first signal end a prompt: an event loop would note it, and wait for the answer."""

    def terminate(by: int, _: object) -> None:
        raise TerminatedError(by)

    before = {one: signal.signal(one, terminate) for one in ending()}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
