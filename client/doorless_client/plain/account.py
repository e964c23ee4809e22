"""One's own account: settings, devices, the key log, the connection, help and the end."""

from pathlib import Path

import msgspec

from doorless_client import evidence_file
from doorless_client.cli_output import rfc3339
from doorless_client.core import settings as account
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Link
from doorless_client.log_facts import what_was_checked
from doorless_client.plain.desk import Desk, End
from doorless_client.plain.saying import say, warn
from doorless_client.settings import profile
from doorless_client.settings.schema import Setting, Value
from doorless_client.text import safe_line
from doorless_protocol.errors import MalformedError


async def settings(desk: Desk, words: str) -> None:
    """All of them, or one, or one changed."""
    name, _, value = words.partition(" ")
    ours, own = desk.messenger.settings, desk.preferences.settings
    for setting in (*account.SETTINGS, *profile.SETTINGS):
        if name in ("", setting.name):
            holder = ours if setting in account.SETTINGS else own
            shown = getattr(holder, setting.name)
            if value:
                shown = await _change(desk, setting, value.strip())
            say(f"{setting.name}: {setting.spelled(shown) or '-'}  ({setting.title})")
            if name:
                return
    if name:
        raise RefusedError("no such setting: /settings lists them")


async def _change(desk: Desk, setting: Setting, text: str) -> Value:
    try:
        wanted = setting.parse(text)
    except MalformedError as error:
        raise RefusedError(str(error)) from None
    if setting in account.SETTINGS:
        changed = msgspec.structs.replace(desk.messenger.settings, **{setting.name: wanted})
        desk.messenger.change_settings(changed)
    else:
        if setting.name == "theme" and str(wanted) not in (known := _themes(desk)):
            raise RefusedError(f"no theme is called so; there are: {', '.join(sorted(known))}")
        held = desk.preferences.settings
        await desk.preferences.keep(profile.changed(held, setting.name, wanted))
    return wanted


def _themes(desk: Desk) -> set[str]:
    """Ours, and the names of the person's files, whatever is in them."""
    return {*profile.THEMES, *desk.preferences.themes()}


async def devices(desk: Desk, _: str) -> None:
    for one in desk.messenger.fleet.listed():
        marks = ["this one"] if one.this else []
        marks += ["primary"] if one.primary else []
        facts = f": {', '.join(marks)}" if marks else ""
        say(f"{one.name or 'no name'} ({one.device.hex()[:8]}), since {rfc3339(one.added)}{facts}")


async def link(desk: Desk, words: str) -> None:
    if not words:
        raise RefusedError("/link LINK: what the new device shows, on the primary")
    say("waiting for the other device; this can take a minute")
    asked = await desk.messenger.fleet.answer(words)
    say(f"a device asks to be linked: {asked.name}, its link was made {rfc3339(asked.made)}")
    say(asked.consequence)
    say("type the eight digits that it shows, or: no")

    async def answered(answer: str) -> None:
        if answer.strip().lower() in ("no", "n", ""):
            await desk.messenger.fleet.refuse()
            say("not linked")
            return
        await desk.messenger.fleet.allow(answer)
        say("linked; it is told contacts and history now")

    desk.answer = answered


async def log(desk: Desk, words: str) -> None:
    if words not in ("", "status", "check"):
        raise RefusedError("/log, or /log check to look now")
    status = await desk.messenger.check_log() if words == "check" else desk.messenger.log_status()
    for label, value in what_was_checked(status, rfc3339):
        say(f"{label}: {value}")


async def alarms(desk: Desk, _: str) -> None:
    held = desk.messenger.alarms()
    for alarm in held:
        read = "" if alarm.read else ", not read yet"
        warn(f"alarm {alarm.number}{read}: {alarm.title}")
    say("/alarm NUMBER tells one" if held else "the key log was caught at nothing")


async def alarm(desk: Desk, words: str) -> None:
    """Tell one, and take it as read; with a file, write its proof there."""
    number, _, file = words.partition(" ")
    for one in desk.messenger.alarms():
        if str(one.number) == number:
            warn(f"{one.title}")
            say(f"what happened: {one.happened}")
            say(f"who is affected: {one.affected}")
            say(f"what to do: {one.todo}")
            if file:
                evidence_file.write(Path(file), desk.messenger.evidence(one.number))
                say(f"the proof is in {safe_line(file)}")
            await desk.messenger.read_alarm(one.number)
            return
    raise RefusedError("no such alarm: /alarms lists them")


async def invite(desk: Desk, _: str) -> None:
    say(desk.messenger.invite())


async def status(desk: Desk, _: str) -> None:
    me, connection = desk.messenger.me, desk.messenger.connection
    say(f"{me.address}: {connection.link.value}, {connection.waiting} waiting to be sent")
    if connection.link is not Link.ONLINE and connection.retry_in:
        say(f"tried again in {connection.retry_in:.0f} seconds")
    unread = sum(chat.unread for chat in desk.messenger.chats())
    say(f"{unread} unread")


async def hold(desk: Desk, words: str) -> None:
    desk.holding = words != "off"
    say("what happens is told after your next line" if desk.holding else "told as it happens")


async def lock(desk: Desk, _: str) -> None:
    if not desk.may_lock:
        raise RefusedError("there is no terminal to unlock on; /quit ends it")
    desk.end = End.LOCK


async def quit_(desk: Desk, _: str) -> None:
    desk.end = End.QUIT
