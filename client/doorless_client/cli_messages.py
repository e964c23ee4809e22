"""send, receive, history: what is said."""

import argparse
import asyncio
import sys
from contextlib import suppress

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import DONE, FAILED, KEY, UNREACHABLE, UsageError, complain
from doorless_client.cli_output import flush, json_line, line, message_json, message_line
from doorless_client.cli_picking import quoted
from doorless_client.cli_waiting import GLANCE, GRACE, Watch
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Chat, Kind, Message, Standing, State
from doorless_client.messenger import Messenger
from doorless_protocol.content import MAX_TEXT_BYTES

CHUNK = 256
"""Messages read from the store at a time."""

ID_SHOWN = 8
"""Digits of a message's id that `history --ids` prints; commands take 4 or more."""


def send(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    text = standard_input() if chosen.text == "-" else chosen.text
    if chosen.file is not None:
        from doorless_client.cli_files import send_file

        return send_file(chosen, text, now, random)
    if text is None:
        raise UsageError("nothing to send: give a TEXT, or --file PATH; see: doorless send --help")

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.to)
            check_known(chat)
            quoting = quoted(opened.messenger, chat.conversation, chosen.reply)
            if chat.note_to_self:
                return await _noted(opened.messenger, chat, text, quoting)
            watch = Watch(opened.messenger, hold=True)
            message = await opened.messenger.send(chat.conversation, text, quoting=quoting)
            await opened.messenger.start()
            return await left_or_waits(opened.messenger, watch, message, chat.conversation)

    return run(work())


async def left_or_waits(
    messenger: Messenger, watch: Watch, message: Message, conversation: bytes
) -> int:
    """The exit code of a message of ours, once it left or is known to wait."""
    left = await watch.left(message.id)
    watch.check_listed()
    if left is not None and await watch.arrived(GRACE):
        await watch.quiet(GLANCE)  # what waited for us comes along
    code = _sent(left, watch, conversation)
    if code == DONE:
        await _copied(messenger)
    return code


def note(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    text = standard_input() if chosen.text == "-" else chosen.text

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = await opened.messenger.shelf.note_to_self()
            return await _noted(opened.messenger, chat, text, None)

    return run(work())


async def _noted(messenger: Messenger, chat: Chat, text: str, quoting: Message | None) -> int:
    """It is here at once; with other devices, until they have it at the relay as well."""
    watch = Watch(messenger)
    await messenger.send(chat.conversation, text, quoting=quoting)
    if messenger.fleet.copies_waiting():
        await messenger.start()
        if not await watch.arrived():
            complain("the relay cannot be reached; the note is here, its copies are queued")
            return UNREACHABLE
        await _copied(messenger)
    return DONE


def receive(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            watch = Watch(opened.messenger)
            await opened.messenger.start()
            if chosen.follow:
                return await _follow(opened.messenger, watch, as_json=chosen.json)
            arrived = await watch.arrived()
            if arrived:
                await watch.quiet()
            printed = await _print_unseen(opened.messenger, watch, as_json=chosen.json)
            if not printed and chosen.wait and await watch.message(chosen.wait):
                await watch.quiet()
                await _print_unseen(opened.messenger, watch, as_json=chosen.json)
            watch.check_listed()
            if opened.messenger.connection.link.value != "connected":
                complain("the relay cannot be reached; this is what had arrived before")
                return UNREACHABLE
            if watch.halted:
                return UNREACHABLE
            await opened.messenger.settle(2.0)  # answers to first messages, if they leave at once
            await watch.answered()
        return DONE

    return run(work())


def history(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            held = opened.messenger.history(chat.conversation)
            start = max(0, len(held) - chosen.limit) if chosen.limit else 0
            for place in range(start, len(held), CHUNK):
                for message in held.slice(place, min(place + CHUNK, len(held))):
                    _print(message, chat, as_json=chosen.json, ids=chosen.ids)
        return DONE

    return run(work())


def check_known(chat: Chat) -> None:
    """Raises RefusedError: a stranger, who may have been found by an address that he only gives."""
    if chat.standing is Standing.REQUEST:
        raise RefusedError("this is a request, and nobody checked who it is from: accept it first")


def _sent(message: Message | None, watch: Watch, conversation: bytes) -> int:
    if message is None and watch.keys_changed:
        complain("their keys changed: nothing was sent; compare with: doorless verify")
        return KEY
    if message is None:
        complain(f"{watch.why(conversation)}; the message is queued")
        return UNREACHABLE
    watch.release()
    if message.state is State.FAILED:
        complain(message.note or "the message could not be sent")
        return FAILED
    return DONE


async def _copied(messenger: Messenger) -> None:
    """Wait for the copies that our other devices get, which leave some seconds later."""
    if not messenger.fleet.copies_waiting():
        return
    complain("sent; the copies for your other devices leave within 30 s (Ctrl-C: next time)")
    if waiting := await messenger.fleet.copied():
        what = "1 message waits" if waiting == 1 else f"{waiting} messages wait"
        complain(f"{what} for being copied to your other devices: the next command goes on")


async def _follow(messenger: Messenger, watch: Watch, *, as_json: bool) -> int:
    """Print until interrupted, which is how it ends well, or until nothing can come any more."""
    with suppress(asyncio.CancelledError):
        while True:
            await _print_unseen(messenger, watch, as_json=as_json)
            watch.check_listed()
            if watch.halted:
                return UNREACHABLE
            await watch.message(3600.0)
    return DONE


async def _print_unseen(messenger: Messenger, watch: Watch, *, as_json: bool) -> bool:
    """Print, then remember that it was printed: cut between the two, it is printed again."""
    unseen: list[tuple[Message, Chat]] = []
    chats: list[Chat] = []
    for chat in messenger.chats():
        held = messenger.history(chat.conversation)
        unread = held.unread()
        if any(one.kind is not Kind.NOTE for one in unread):
            chats.append(chat)
            unseen += [(one, chat) for one in unread]
    for message, chat in sorted(unseen, key=lambda one: one[0].received):
        _print(message, chat, as_json=as_json)
        watch.changes.printed(message)
    _print_changes(messenger, watch, as_json=as_json)
    flush()
    for chat in chats:
        await messenger.mark_read(chat.conversation)
    return bool(unseen)


def _print_changes(messenger: Messenger, watch: Watch, *, as_json: bool) -> None:
    """What was printed before, as it is now."""
    chats = {chat.conversation: chat for chat in messenger.chats()}
    for message in watch.changes.take():
        if message.conversation in chats and as_json:
            json_line({**message_json(message), "event": "changed"})
        elif message.conversation in chats:
            line(f"changed: {message_line(message, chats[message.conversation])}")


def _print(message: Message, chat: Chat, *, as_json: bool, ids: bool = False) -> None:
    if as_json:
        json_line(message_json(message))
    else:
        id = message.id.hex()[:ID_SHOWN].ljust(ID_SHOWN + 2) if ids else ""
        line(f"{id}{message_line(message, chat)}")


def standard_input() -> str:
    data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 2)
    if len(data) > MAX_TEXT_BYTES + 1:
        raise UsageError(f"a message holds {MAX_TEXT_BYTES} bytes; this is longer")
    try:
        return data.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise UsageError("standard input is not UTF-8") from None
