"""Contacts and chats: who they are, and how they are arranged."""

from doorless_client.blocking import block_and_delete
from doorless_client.cli_output import rfc3339
from doorless_client.contact_facts import what_is_known
from doorless_client.core.api import RefusedError
from doorless_client.core.views import FOREVER, Compared, Standing, Trust
from doorless_client.neighbours import whole_address
from doorless_client.plain.desk import Desk
from doorless_client.plain.saying import called, say
from doorless_client.settings.spans import in_words, parse
from doorless_protocol.errors import MalformedError


async def add(desk: Desk, words: str) -> None:
    chat = await desk.messenger.add(whole_address(words.strip(), desk.messenger.me.relay))
    desk.chat = chat.conversation
    desk.shown_from = len(desk.messenger.history(chat.conversation))
    say(f"added {called(chat)}; what you write goes to them now")


async def requests(desk: Desk, _: str) -> None:
    held = [one for one in desk.messenger.chats() if one.standing is Standing.REQUEST]
    for chat in held:
        say(f"{chat.name}, account {chat.address[:16]}: {chat.unread} unread")
    say("/open, /accept, /block or /forget with the digits" if held else "no requests")


async def accept(desk: Desk, words: str) -> None:
    chat = desk.find(words)
    await desk.messenger.accept(chat.conversation)
    say(f"accepted {called(desk.chat_of(chat.conversation))}")


async def block(desk: Desk, words: str) -> None:
    who, delete = words.removesuffix("delete").strip(), words.endswith("delete")
    chat = desk.find(who)
    if delete:
        await block_and_delete(desk.messenger, chat.conversation)
    else:
        await desk.messenger.block(chat.conversation)
    say(f"blocked {called(chat)}{' and deleted what was said' if delete else ''}; nobody is told")


async def unblock(desk: Desk, words: str) -> None:
    chat = desk.find(words)
    if chat.standing is not Standing.BLOCKED:
        raise RefusedError("they are not blocked")
    await desk.messenger.accept(chat.conversation)
    say(f"unblocked {called(chat)}")


async def blocked(desk: Desk, _: str) -> None:
    held = [one for one in desk.messenger.chats() if one.standing is Standing.BLOCKED]
    for chat in held:
        say(str(called(chat)))
    if not held:
        say("nobody is blocked")


async def forget(desk: Desk, words: str) -> None:
    who, _, sure = words.rpartition(" ")
    if sure != "yes":
        raise RefusedError("/forget WHO yes: deletes the contact and all that was said, here")
    chat = desk.find(who.strip())
    await desk.messenger.forget(chat.conversation)
    if desk.chat == chat.conversation:
        desk.chat = b""
    say(f"forgot {called(chat)}")


async def verify(desk: Desk, words: str) -> None:
    """Of the open conversation: shows the number, or takes what the other one reads out."""
    chat = desk.open_chat()
    if words:
        compared = desk.messenger.compare(chat.conversation, words)
        await desk.messenger.verify(chat.conversation, words)
        known = " (the keys that you knew; the new ones are dropped)"
        say(f"verified {called(chat)}{known if compared is Compared.KNOWN else ''}")
        return
    number = desk.messenger.safety_number(chat.conversation)
    if number.trust is Trust.CHANGED:
        say("this is of the keys shown for them now; nothing is sent until you decide")
    say(f"digits: {number.digits}")
    say(f"words: {' '.join(number.words)}")
    say("compare them with the other screen, then: /verify and what it shows")


async def details(desk: Desk, words: str) -> None:
    chat = desk.find(words)
    for label, value in what_is_known(desk.messenger.details(chat.conversation), rfc3339):
        say(f"{label}: {value}")


async def name(desk: Desk, words: str) -> None:
    chat = desk.open_chat()
    await desk.messenger.shelf.rename(chat.conversation, words)
    say("called by their own name" if not words else f"called {words} here")


async def timer(desk: Desk, words: str) -> None:
    chat = desk.open_chat()
    if not words:
        say(f"messages last {in_words(chat.lasts)}" if chat.lasts else "messages stay")
        return
    await desk.messenger.messages.set_timer(
        chat.conversation, 0 if words == "off" else _span(words)
    )


async def mute(desk: Desk, words: str) -> None:
    chat = desk.open_chat()
    until = 0 if words == "off" else int(desk.now()) + _span(words) if words else FOREVER
    await desk.messenger.shelf.mute(chat.conversation, until)
    say("no longer muted" if words == "off" else f"muted{f' for {words}' if words else ''}")


async def archive(desk: Desk, words: str) -> None:
    _check_off(words, "/archive")
    await desk.messenger.shelf.archive(desk.open_chat().conversation, not words)
    say("back from the archive" if words else "put away until something is said")


async def keep_above(desk: Desk, words: str) -> None:
    _check_off(words, "/pinchat")
    await desk.messenger.shelf.pin(desk.open_chat().conversation, not words)
    say("no longer above the others" if words else "kept above the others")


async def unread(desk: Desk, words: str) -> None:
    _check_off(words, "/unread")
    chat = desk.open_chat()
    await desk.messenger.shelf.mark_unread(chat.conversation, not words)
    if not words:
        desk.chat = b""
    say("no longer marked" if words else "marked unread, and closed")


def _check_off(words: str, command: str) -> None:
    if words not in ("", "off"):
        raise RefusedError(f"{command}, or {command} off")


def _span(words: str) -> int:
    try:
        return parse(words)
    except MalformedError as error:
        raise RefusedError(f"what is needed {error}") from None
