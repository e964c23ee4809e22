"""device link, approve, remove, rename, list; devices; recover: our own devices."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

from doorless_client.cli_account import endpoint, handle_of
from doorless_client.cli_context import (
    VARIABLE,
    Now,
    Random,
    directory,
    messenger,
    new_passphrase,
    run,
)
from doorless_client.cli_outcome import DONE, UNREACHABLE, UsageError, complain
from doorless_client.cli_output import columns, json_line, line, rfc3339
from doorless_client.cli_patience import waiting_for
from doorless_client.cli_waiting import Watch
from doorless_client.core.api import BadInputError, RefusedError, UnreachableError
from doorless_client.core.approving import check_form
from doorless_client.core.views import OwnDevice
from doorless_client.creating import begin_return
from doorless_client.joining_account import NewDevice, begin_joining
from doorless_client.messenger import Messenger
from doorless_client.opening import Opened
from doorless_client.pictures import read_link
from doorless_client.profile import ProfileExistsError, is_profile
from doorless_client.qr import half_blocks
from doorless_client.recovery_words import seed_of
from doorless_protocol.errors import ExpiredError, MalformedError
from doorless_protocol.linking.link import DeviceLink, check_in_time

SYNC_WITHIN = 30.0
"""Seconds for which both ends stay after linking, for what the new one has to know."""


def devices(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            held = opened.messenger.fleet.listed()
        if chosen.json:
            for one in held:
                json_line(_json(one))
        else:
            for shown in columns([_row(one) for one in held]):
                line(shown)
        return DONE

    return run(work())


def device(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """One of the things that can be done about devices."""
    return {
        "link": _link,
        "approve": _approve,
        "remove": _remove,
        "rename": _rename,
        "list": devices,
    }[chosen.what](chosen, now, random)


def recover(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """The account of 24 words, on this computer alone."""
    home, place = endpoint(chosen.relay), directory(chosen)
    handle = handle_of(chosen.handle)
    if is_profile(place):
        raise ProfileExistsError(place)
    try:
        seed = seed_of(recovery_words(chosen.words_file))
    except ValueError as error:
        raise UsageError(str(error)) from None
    passphrase = new_passphrase(chosen.passphrase_file, VARIABLE)

    async def work() -> int:
        account = await begin_return(place, passphrase, home, handle, seed, now, random)
        try:
            await account.claim()
            account.finish()
        finally:
            account.close()
        line(f"restored {handle}@{home.name}: this is its only device now, and the primary")
        return DONE

    return run(work())


def _link(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    home, place = endpoint(chosen.relay), directory(chosen)
    if is_profile(place):
        raise ProfileExistsError(place)
    passphrase = new_passphrase(chosen.passphrase_file, VARIABLE)

    async def work() -> int:
        new = await begin_joining(place, passphrase, home, chosen.name, now, random)
        try:
            opened = await _meet(new, chosen)
        finally:
            await new.close()
        try:
            return await _learn(opened)
        finally:
            await opened.close()

    return run(work())


async def _meet(new: NewDevice, chosen: argparse.Namespace) -> Opened:
    line(new.link)
    for row in half_blocks(new.link):
        line(row)
    line("On your primary device: doorless device approve LINK   (within 4 minutes)")
    sys.stdout.flush()
    async with waiting_for("the primary device", lambda: new.wait):
        code, address = await new.met()
    line(f"code {code}  type it on the primary device of {address}")
    sys.stdout.flush()
    if not chosen.yes:
        said = await _ask(f"Did the device of {address} take this very code? Type yes: ")
        if said.strip().lower() != "yes":
            raise RefusedError("nothing was linked: the codes were not said to be the same")
    async with waiting_for("the primary device", lambda: new.wait):
        return await new.enter()


async def _learn(opened: Opened) -> int:
    own = opened.messenger
    watch = Watch(own)
    await own.start()
    if await watch.arrived():
        await own.fleet.learned(SYNC_WITHIN)
    line(f"linked to {own.me.address}")
    return DONE


def _approve(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    link = read_link(chosen.image) if chosen.image else chosen.link
    _check_link(link, now())
    if chosen.code is not None:
        check_form(chosen.code)

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            own = opened.messenger
            watch = Watch(own)
            await own.start()
            arrived = await watch.arrived()
            watch.check_listed()
            if not arrived:
                raise UnreachableError("the relay cannot be reached: nothing was answered")
            try:
                return await _link_one(own, watch, link, chosen.code)
            finally:
                await own.fleet.refuse()  # where it was not allowed, it need not wait

    return run(work())


async def _link_one(own: Messenger, watch: Watch, link: str, known: str | None) -> int:
    async with waiting_for("the new device", lambda: own.fleet.wait):
        asked = await own.fleet.answer(link)
    line(f"device   {asked.name}")
    line(f"shown    {rfc3339(asked.made)}")
    line(asked.consequence + ".")
    sys.stdout.flush()
    code = known or await _ask_code()
    async with waiting_for("the new device", lambda: own.fleet.wait):
        await own.fleet.allow(code)
    line(f"linked {asked.name}")
    sys.stdout.flush()
    await own.fleet.told(SYNC_WITHIN)  # what is left, it is told whenever both are online
    return await watch.settled()


async def _ask_code() -> str:
    """Eight digits. What is no code, a person on a terminal may type again.

    Raises:
        RefusedError: nothing was typed. BadInputError: no code, and nobody to ask again.
    """
    while True:
        code = await _ask("Code that it shows (nothing: refuse): ")
        if not code.strip():
            raise RefusedError("nothing was linked")
        try:
            check_form(code)
        except BadInputError as bad:
            if not sys.stdin.isatty():
                raise
            complain(str(bad))
        else:
            return code


def _check_link(text: str, now: float) -> None:
    """Before anybody types a passphrase. Raises UsageError: no link of a device, or too old."""
    try:
        check_in_time(DeviceLink.parse("".join(text.split())), int(now))
    except MalformedError as error:
        raise UsageError(f"that cannot be used: {error}") from None
    except ExpiredError as error:
        raise UsageError(str(error)) from None


def _remove(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            own = opened.messenger
            watch = Watch(own)
            await own.start()
            await watch.arrived()
            watch.check_listed()
            try:
                await own.fleet.remove(chosen.device)
            except UnreachableError as away:
                complain(f"removed here; {away}")
                return UNREACHABLE
            line(f"removed {chosen.device}")
            return await watch.settled()

    return run(work())


def _rename(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            await opened.messenger.fleet.rename(chosen.device, chosen.name)
        line(f"renamed {chosen.device}")
        return DONE

    return run(work())


def _json(one: OwnDevice) -> dict[str, object]:
    """The fields of docs/reference/cli.md §5."""
    fields = {"device": one.device.hex(), "name": one.name, "added": rfc3339(one.added)}
    return {**fields, "this": one.this, "primary": one.primary}


def _row(one: OwnDevice) -> tuple[str, str, str, str]:
    marks = [mark for mark, true in (("primary", one.primary), ("this one", one.this)) if true]
    added = f"added {rfc3339(one.added)[:10]}"
    return one.device.hex(), added, one.name or "-", ", ".join(marks)


async def _ask(question: str) -> str:
    """A line from whoever sits there, or from a script; an end of input says nothing."""
    if not sys.stdin.isatty():
        return await asyncio.to_thread(sys.stdin.readline)
    sys.stderr.write(question)
    sys.stderr.flush()
    await _typed()
    return sys.stdin.readline()


async def _typed() -> None:
    """Until a line was typed: a thread that reads could not be interrupted by Ctrl-C."""
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows it is read right away
        loop.add_reader(sys.stdin.fileno(), typed.set)
        try:
            await typed.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())


def recovery_words(file: Path | None) -> str:
    if file is None:
        if not sys.stdin.isatty():
            raise UsageError("give the recovery words with --words-file")
        sys.stderr.write("The 24 recovery words, in one line: ")
        return sys.stdin.readline()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"cannot read recovery words from {file}") from None
