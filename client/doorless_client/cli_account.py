"""register, invite, devices, passphrase: our own account."""

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
from doorless_client.cli_output import json_line, line, rfc3339
from doorless_client.endpoint import Endpoint
from doorless_client.opening import SEED_SIZE, create_profile
from doorless_client.private_files import open_private
from doorless_client.profile import Profile, ProfileExistsError
from doorless_client.qr import half_blocks
from doorless_client.recovery_words import words_of
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import parse_handle
from doorless_protocol.manifest import Manifest


def register(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    home = _endpoint(chosen.relay, chosen.certificate)
    place = directory(chosen)
    if (place / "key").exists():
        raise ProfileExistsError(place)
    passphrase = new_passphrase(chosen.passphrase_file, VARIABLE)
    seed = random(SEED_SIZE)
    handle = _handle(chosen.handle)
    words = words_of(seed)
    if chosen.words_file:
        _write_words(chosen.words_file, words)
    try:
        run(_register(place, passphrase, home, handle, seed, now, random))
    except BaseException:
        if chosen.words_file:
            with suppress(OSError):
                chosen.words_file.unlink()
        raise
    line(f"registered {handle}@{home.name}")
    if chosen.words_file:
        line(f"recovery words: {chosen.words_file}")
    else:
        line("Write these 24 recovery words down. They are shown this once, and never again:")
        for number in range(0, len(words), 6):
            line("  " + " ".join(words[number : number + 6]))
    return DONE


def invite(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            link = opened.messenger.invite()
        line(link)
        for row in half_blocks(link):
            line(row)
        return DONE

    return run(work())


def devices(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            held, this = opened.store.own_manifests.last(), opened.messenger.me.device
        entries = Manifest.decode(held.manifest).entries if held else ()
        for entry in entries:
            mine = entry.device == this
            if chosen.json:
                fields = {"device": entry.device.hex(), "added": rfc3339(entry.added)}
                json_line({**fields, "this": mine})
            else:
                note = "  this one" if mine else ""
                line(f"{entry.device.hex()}  added {rfc3339(entry.added)[:10]}{note}")
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


async def _register(
    place: Path,
    passphrase: str,
    home: Endpoint,
    handle: str,
    seed: bytes,
    now: Now,
    random: Random,
) -> int:
    await create_profile(place, passphrase, home, handle, seed, now, random)
    return DONE


def _endpoint(relay: str, certificate: str) -> Endpoint:
    try:
        return Endpoint.parse(relay, bytes.fromhex(certificate.replace(":", "")))
    except MalformedError as error:
        raise UsageError(f"--relay: {error}") from None
    except ValueError:
        raise UsageError("--certificate is not written in hex") from None


def _handle(text: str) -> str:
    try:
        return parse_handle(text)
    except MalformedError as error:
        raise UsageError(f"--handle: {error}") from None


def _write_words(path: Path, words: tuple[str, ...]) -> None:
    """Before there is an account: words that cannot be kept must not be needed."""
    try:
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(" ".join(words) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"--words-file {path}: {error.strerror}; name a new file") from None
    sys.stdout.flush()
