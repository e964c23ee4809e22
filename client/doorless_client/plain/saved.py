"""Saved replies in plain mode. There is no line to put one into: it is told, and asked about."""

from doorless_client.core import saved
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Message
from doorless_client.plain.desk import Desk
from doorless_client.plain.saying import called, say

USAGE = (
    "/saved, /saved say NAME [NUMBER], /saved add NAME TEXT, /saved keep NUMBER NAME, "
    "/saved rename NAME NEW, /saved remove NAME"
)


async def replies(desk: Desk, words: str) -> None:
    """All of them; or what the first word says."""
    what, _, rest = words.partition(" ")
    first, _, more = rest.strip().partition(" ")
    more = more.strip()
    match what:
        case "":
            _list(desk)
        case "say" if first:
            _ask(desk, first, desk.message(more) if more else None)
        case "add" if more:
            await desk.messenger.saved.save(first, more)
            say(f"saved: {first}")
        case "keep" if more:
            await desk.messenger.saved.save(more, _own_words(desk.message(first)))
            say(f"saved: {more}")
        case "rename" if more:
            await desk.messenger.saved.rename(first, more)
            say(f"called {more} now")
        case "remove" if first and not more:
            await desk.messenger.saved.remove(first)
            say("deleted")
        case _:
            raise RefusedError(USAGE)


def _list(desk: Desk) -> None:
    held = desk.messenger.saved.every()
    for one in held:
        say(f"{one.name}: {one.text}")
    say("/saved say NAME sends one" if held else "none; /saved add NAME TEXT saves one")


def _own_words(message: Message) -> str:
    if not message.mine or message.deleted:
        raise RefusedError("only your own words are saved")
    return message.text


def _ask(desk: Desk, name: str, quoting: Message | None) -> None:
    reply = saved.find(desk.messenger.saved.every(), name)
    chat = desk.open_chat() if quoting is None else desk.chat_of(quoting.conversation)
    desk.check_may_send(chat)
    say(f"to {called(chat)}: {reply.text}")
    say("send it? (yes or no)")

    async def answered(answer: str) -> None:
        if answer.strip().lower() not in ("yes", "y"):
            say("not sent")
            return
        desk.check_may_send(desk.chat_of(chat.conversation))
        await desk.messenger.send(chat.conversation, reply.text, quoting=quoting)

    desk.answer = answered
