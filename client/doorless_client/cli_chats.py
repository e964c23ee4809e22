"""chats, pin, mute, archive, unread, name, timer: how chats are arranged."""

import argparse
from collections.abc import Awaitable, Callable

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_output import chat_json, chat_row, columns, json_line, line
from doorless_client.cli_waiting import GLANCE, Watch
from doorless_client.core.views import FOREVER, Chat
from doorless_client.messenger import Messenger
from doorless_client.settings.spans import in_words
from doorless_client.text import safe_line

Act = Callable[[Messenger, bytes], Awaitable[None]]


def chats(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            listed = [one for one in opened.messenger.chats() if one.archived == chosen.archived]
        if chosen.json:
            for chat in listed:
                json_line(chat_json(chat))
        else:
            for shown in columns([chat_row(chat) for chat in listed]):
                line(shown)
        return 0

    return run(work())


def pin(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    on = not chosen.off
    said = "pinned" if on else "no longer pinned:"
    return _arrange(chosen, now, random, lambda m, key: m.shelf.pin(key, on), said)


def archive(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    on = not chosen.off
    said = "archived" if on else "back from the archive:"
    return _arrange(chosen, now, random, lambda m, key: m.shelf.archive(key, on), said)


def unread(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    on = not chosen.off
    said = "marked unread:" if on else "no longer marked:"
    return _arrange(chosen, now, random, lambda m, key: m.shelf.mark_unread(key, on), said)


def mute(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    until = 0 if chosen.off else int(now()) + chosen.span if chosen.span else FOREVER
    said = "no longer muted:" if chosen.off else "muted"
    if chosen.span and not chosen.off:
        said = f"muted for {in_words(chosen.span)}:"
    return _arrange(chosen, now, random, lambda m, key: m.shelf.mute(key, until), said)


def name(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    wanted = safe_line(chosen.name)
    said = f"called {wanted} here:" if wanted.strip() else "called by their own name again:"
    return _arrange(chosen, now, random, lambda m, key: m.shelf.rename(key, chosen.name), said)


def timer(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    said = f"messages last {in_words(chosen.span)} with" if chosen.span else "messages stay with"
    return _arrange(
        chosen, now, random, lambda m, key: m.messages.set_timer(key, chosen.span), said
    )


def _arrange(chosen: argparse.Namespace, now: Now, random: Random, act: Act, said: str) -> int:
    """Do it, and try to let leave what follows from it."""

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            chat = opened.messenger.find(chosen.contact)
            watch = Watch(opened.messenger)
            await opened.messenger.start()
            if await watch.arrived():
                await watch.quiet(GLANCE)  # their answer may wait, without which nothing leaves
            await act(opened.messenger, chat.conversation)
            line(f"{said} {shown(chat)}")
            return await watch.gone(chat.conversation)

    return run(work())


def shown(chat: Chat) -> str:
    return "your notes" if chat.note_to_self else str(chat.address)
