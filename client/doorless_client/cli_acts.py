"""react, edit, delete, forward: what is done with a message that was said."""

import argparse
from collections.abc import Awaitable, Callable

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_messages import check_known, standard_input
from doorless_client.cli_output import line
from doorless_client.cli_picking import message_of
from doorless_client.cli_waiting import GLANCE, Watch
from doorless_client.core.views import Message
from doorless_client.messenger import Messenger

Act = Callable[[Messenger, Message], Awaitable[object]]


def react(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    emoji = "" if chosen.off else chosen.emoji
    said = "reaction taken back" if chosen.off else "reacted"
    return _act(chosen, now, random, lambda m, message: m.messages.react(message, emoji), said)


def edit(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    text = standard_input() if chosen.text == "-" else chosen.text
    return _act(chosen, now, random, lambda m, message: m.messages.edit(message, text), "edited")


def delete(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    everyone = chosen.everyone
    said = "taken back for everyone" if everyone else "deleted here"
    return _act(chosen, now, random, lambda m, one: m.messages.delete(one, everyone=everyone), said)


def forward(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def act(messenger: Messenger, message: Message) -> None:
        to = messenger.find(chosen.to)
        check_known(to)
        await messenger.messages.forward(message, to.conversation)

    return _act(chosen, now, random, act, "forwarded")


def _act(chosen: argparse.Namespace, now: Now, random: Random, act: Act, said: str) -> int:
    """Do it, and try to let leave what follows from it."""

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            message = message_of(opened.messenger, chat.conversation, chosen.message)
            watch = Watch(opened.messenger)
            await opened.messenger.start()
            if await watch.arrived():
                await watch.quiet(GLANCE)  # their answer may wait, without which nothing leaves
            await act(opened.messenger, message)
            code = await watch.gone(chat.conversation)
            line(said)
            return code

    return run(work())
