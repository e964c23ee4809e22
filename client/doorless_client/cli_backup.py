"""backup, restore: a profile in a file that the recovery words open."""

import argparse
from pathlib import Path

from doorless_client.backing_up import back_up, needs_words, restore_backup
from doorless_client.cli_context import (
    VARIABLE,
    Now,
    Random,
    directory,
    messenger,
    new_passphrase,
    run,
)
from doorless_client.cli_devices import recovery_words
from doorless_client.cli_outcome import DONE
from doorless_client.cli_output import line
from doorless_client.core.restoring import Restored
from doorless_client.creating import begin_from_backup
from doorless_client.profile import is_profile
from doorless_client.restored_words import restored_words


def backup(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    path: Path = chosen.file.absolute()

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            words = recovery_words(chosen.words_file) if needs_words(opened.store) else ""
            size = await back_up(opened.store, path, int(now()), random, words=words)
        line(f"backed up: {chosen.file}, {size // 1024} KiB; the recovery words open it")
        return DONE

    return run(work())


def restore(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """Into the profile that is there; else as a new device of the account that it is of."""
    path, place = chosen.file.absolute(), directory(chosen)
    words = recovery_words(chosen.words_file)
    if not is_profile(place):
        passphrase = new_passphrase(chosen.passphrase_file, VARIABLE)

    async def merge() -> int:
        async with messenger(chosen, now, random) as opened:
            _tell(restore_backup(opened.store, path, words))
        return DONE

    async def begin() -> int:
        account = await begin_from_backup(place, passphrase, path, words, now, random)
        try:
            await account.claim()
            done = account.take_in(path, words)
            account.finish()
        finally:
            account.close()
        line("this is the account's only device now, and the primary")
        _tell(done)
        return DONE

    return run(merge() if is_profile(place) else begin())


def _tell(done: Restored) -> None:
    for said in restored_words(done):
        line(said)
