"""register, invite, passphrase: our own account."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from doorless_client.cli_context import (
    NEW_VARIABLE,
    VARIABLE,
    Now,
    Random,
    directory,
    messenger,
    new_passphrase,
    run,
)
from doorless_client.cli_context import passphrase as current_passphrase
from doorless_client.cli_outcome import DONE, UsageError
from doorless_client.cli_output import line
from doorless_client.creating import NewAccount, begin_account
from doorless_client.endpoint import Endpoint
from doorless_client.private_files import open_private
from doorless_client.profile import Profile, ProfileExistsError, is_profile
from doorless_client.qr import half_blocks
from doorless_protocol.errors import MalformedError
from doorless_protocol.handles import check_registrable


def register(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    home = endpoint(chosen.relay)
    handle = handle_of(chosen.handle)
    place = directory(chosen)
    if is_profile(place):
        raise ProfileExistsError(place)
    if chosen.words_file and (chosen.words_file.is_dir() or not chosen.words_file.parent.is_dir()):
        raise UsageError(f"--words-file {chosen.words_file}: no file can be there")
    passphrase = new_passphrase(chosen.passphrase_file, VARIABLE)

    async def work() -> int:
        account = await begin_account(place, passphrase, home, handle, now, random)
        try:
            await _claim(account, chosen.words_file)
            line(f"registered {handle}@{home.name}")
            _show_words(account, chosen.words_file)
            account.finish()
        finally:
            account.close()
        return DONE

    return run(work())


def invite(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            link = opened.messenger.invite()
        line(link)
        for row in half_blocks(link):
            line(row)
        return DONE

    return run(work())


def passphrase(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    del now
    with Profile.hold(directory(chosen)) as profile:
        old = current_passphrase(chosen)
        profile.unlock(old)
        new = new_passphrase(chosen.new_passphrase_file, NEW_VARIABLE)
        profile.change_passphrase(old, new, random)
    line("the passphrase was changed")
    return DONE


async def _claim(account: NewAccount, words_file: Path | None) -> None:
    """Words that cannot be kept must not be needed: they are written first."""
    if words_file is None:
        await account.claim()
        return
    _write_words(words_file, account.words)
    try:
        await account.claim()
    except BaseException:
        _remove(words_file)
        raise


def _show_words(account: NewAccount, words_file: Path | None) -> None:
    if words_file:
        line(f"recovery words: {words_file}")
    else:
        line("Write these 24 recovery words down. They are shown this once, and never again:")
        for number in range(0, len(account.words), 6):
            line("  " + " ".join(account.words[number : number + 6]))
    sys.stdout.flush()


def endpoint(relay: str) -> Endpoint:
    try:
        return Endpoint.parse(relay)
    except MalformedError as error:
        raise UsageError(f"--relay: {error}") from None


def handle_of(text: str) -> str:
    try:
        return check_registrable(text)
    except MalformedError as error:
        raise UsageError(f"--handle: {error}") from None


def _write_words(path: Path, words: tuple[str, ...]) -> None:
    """To a new file; or one that an attempt before left, which was cut short."""
    text = " ".join(words) + "\n"
    try:
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        if _holds(path, text):
            return
        raise UsageError(f"--words-file {path}: exists already; name a new file") from None
    except OSError as error:
        raise UsageError(f"--words-file {path}: {error.strerror}; name a new file") from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _remove(path)
        raise UsageError(f"--words-file {path}: {error.strerror}; name a new file") from None


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _holds(path: Path, text: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(text) + 1) == text.encode()
    except OSError:
        return False
