"""add, contacts, requests, accept, block, forget, verify, details: the people."""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from math import inf

from doorless_client.blocking import block_and_delete
from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import DONE, UsageError
from doorless_client.cli_output import (
    chat_json,
    chat_row,
    columns,
    details_json,
    json_line,
    line,
    rfc3339,
)
from doorless_client.cli_waiting import Watch
from doorless_client.contact_facts import shown_address, what_is_known
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.messenger import Messenger
from doorless_client.neighbours import whole_address
from doorless_client.pictures import read_code
from doorless_client.qr import half_blocks
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import Address, InviteLink

_SOME_RELAY = "relay.test"
"""Behind a handle alone that is checked before the profile, which knows our relay, is opened."""


def add(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    _check_address(whole_address(chosen.who, _SOME_RELAY))

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            Watch(opened.messenger).check_listed()
            who = whole_address(chosen.who, opened.messenger.me.relay)
            chat = await opened.messenger.add(who)
        line(f"added {chat.address}")
        return DONE

    return run(work())


def contacts(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    wanted = {Standing.BLOCKED} if chosen.blocked else {Standing.CONTACT, Standing.BLOCKED}
    return _list(chosen, now, random, wanted)


def requests(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    return _list(chosen, now, random, {Standing.REQUEST})


def accept(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    return _decide(chosen, now, random, lambda one: one.accept, "accepted")


def unblock(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    def decision(messenger: Messenger) -> Callable[[bytes], Awaitable[None]]:
        if messenger.find(chosen.contact).standing is not Standing.BLOCKED:
            raise RefusedError("they are not blocked")
        return messenger.accept

    return _decide(chosen, now, random, decision, "unblocked")


def block(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    def decision(messenger: Messenger) -> Callable[[bytes], Awaitable[None]]:
        return partial(block_and_delete, messenger) if chosen.delete else messenger.block

    return _decide(chosen, now, random, decision, "blocked")


def forget(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            await opened.messenger.forget(chat.conversation)
            await opened.messenger.shelf.let_go(inf)
        line(f"forgot {chat.address}")
        return DONE

    return run(work())


def verify(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    seen = read_code(chosen.image) if chosen.image else chosen.number

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            if seen is not None:
                await opened.messenger.verify(chat.conversation, seen)
                line(f"verified {chat.address}")
                return DONE
            number = opened.messenger.safety_number(chat.conversation)
        if number.trust is Trust.CHANGED:
            line("This is of the keys shown for them now; nothing is sent until you decide.")
        line(f"Compare with {chat.address}, over another channel:")
        _rows(number.digits.split(), 4)
        line("or the same in words, to read aloud:")
        _rows(number.words, 5)
        for row in half_blocks(number.qr):
            line(row)
        return DONE

    return run(work())


def _rows(parts: Sequence[str], in_a_row: int) -> None:
    for start in range(0, len(parts), in_a_row):
        line("  " + " ".join(parts[start : start + in_a_row]))


def details(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            known = opened.messenger.details(chat.conversation)
        if chosen.json:
            json_line(details_json(known))
        else:
            for label, value in what_is_known(known, rfc3339):
                line(f"{label:14} {value}")
        return DONE

    return run(work())


def _list(chosen: argparse.Namespace, now: Now, random: Random, standings: set[Standing]) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            people = [one for one in opened.messenger.chats() if is_somebody(one)]
            chats = [chat for chat in people if chat.standing in standings]
        if chosen.json:
            for chat in chats:
                json_line(chat_json(chat))
        else:
            for shown in columns([chat_row(chat) for chat in chats]):
                line(shown)
        return DONE

    return run(work())


def is_somebody(chat: Chat) -> bool:
    """Neither our own notes nor who lives on this computer."""
    return not (chat.note_to_self or chat.echo)


def _decide(
    chosen: argparse.Namespace,
    now: Now,
    random: Random,
    decision: Callable[[Messenger], Callable[[bytes], Awaitable[None]]],
    done: str,
) -> int:
    """Store a decision, and try to let leave what follows from it."""

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            watch = Watch(opened.messenger)
            await opened.messenger.start()
            await watch.arrived()
            await decision(opened.messenger)(chat.conversation)
            code = await watch.settled()
            known = opened.messenger.find(chat.conversation.hex())  # accepting looks them up
            line(f"{done} {shown_address(known.address, known.name)}")
            return code

    return run(work())


def _check_address(text: str) -> None:
    try:
        if text.startswith("doorless:"):
            InviteLink.parse(text)
        else:
            Address.parse(text)
    except MalformedError as error:
        raise UsageError(f"neither handle@relay nor an invite link: {error}") from None
