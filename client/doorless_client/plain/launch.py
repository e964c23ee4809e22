"""Opens a profile and talks in lines, until there are none; locks in between."""

import argparse
import os
import sys
from pathlib import Path
from typing import BinaryIO

from doorless_client.cli_context import Now, Random, directory, passphrase
from doorless_client.cli_context import run as run_command
from doorless_client.key_file import WrongPassphraseError
from doorless_client.opening import Opened, open_profile
from doorless_client.plain.desk import Desk, End
from doorless_client.plain.numbers import Numbers
from doorless_client.plain.reading import Lines, NotTextError, TooLongError
from doorless_client.plain.saying import refuse, say
from doorless_client.plain.session import Session
from doorless_client.profile import NoProfileError, is_profile
from doorless_client.settings.preferences import ProfilePreferences
from doorless_client.unseen import unseen


def plain(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """The exit code: of the first thing that was refused, or 5 when not everything left."""
    place = directory(chosen)
    if not is_profile(place):
        raise NoProfileError(place)
    secret = passphrase(chosen)

    async def work() -> int:
        return await _talk(place, secret, now, random)

    return run_command(work())


async def _talk(place: Path, secret: str, now: Now, random: Random) -> int:
    opened: Opened | None = await open_profile(place, secret, now, random)
    lines, chat, code = Lines(_standard_input()), b"", 0
    while opened is not None:
        desk = _desk(opened, place, now, chat)
        try:
            code = await Session(desk).run(lines) or code
        finally:
            await opened.close()
            desk.numbers.forget()
        if desk.end is not End.LOCK:
            break
        chat = desk.chat
        opened = await _unlock(lines, place, now, random)
    return code


def _standard_input() -> BinaryIO:
    """A file of our own: the interpreter waits, when it ends, for who reads the standard one."""
    try:
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    except (OSError, ValueError):
        return sys.stdin.buffer


def _desk(opened: Opened, place: Path, now: Now, chat: bytes) -> Desk:
    profile = opened.profile
    return Desk(
        messenger=opened.messenger,
        now=now,
        preferences=ProfilePreferences(place, lambda: profile, profile.settings()),
        numbers=Numbers(),
        may_lock=sys.stdin.isatty(),
        chat=chat,
    )


async def _unlock(lines: Lines, place: Path, now: Now, random: Random) -> Opened | None:
    """Opened again, or None: nobody came back."""
    say("locked: nothing comes in or goes out. Type your passphrase to go on")
    with unseen():
        while True:
            try:
                typed = await lines.next()
                if typed is None:
                    return None
                return await open_profile(place, typed, now, random)
            except (WrongPassphraseError, TooLongError, NotTextError) as error:
                refuse(str(error))
