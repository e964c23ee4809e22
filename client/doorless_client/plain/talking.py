"""What is said, and what is done with it: the commands of a conversation."""

from doorless_client.cli_output import ID_DIGITS, rfc3339
from doorless_client.core.api import RefusedError
from doorless_client.core.views import Message, Standing
from doorless_client.links import NotALinkError, links, warning
from doorless_client.links import opener as open_with
from doorless_client.plain.desk import HISTORY, Desk
from doorless_client.plain.opening import start
from doorless_client.plain.saying import called, counted, say, told
from doorless_client.settings.spans import in_words


async def list_chats(desk: Desk, words: str) -> None:
    archived = words == "archived"
    chats = [chat for chat in desk.messenger.chats() if chat.archived == archived]
    for chat in chats:
        facts = [f"{chat.unread} unread"] if chat.unread else []
        facts += ["marked unread"] if chat.marked_unread and not chat.unread else []
        facts += ["pinned"] if chat.pinned else []
        facts += ["muted"] if chat.muted_until > desk.now() else []
        facts += ["request"] if chat.standing is Standing.REQUEST else []
        facts += ["blocked"] if chat.standing is Standing.BLOCKED else []
        facts += ["KEYS CHANGED"] if chat.trust.value == "changed" else []
        facts += ["open"] if chat.conversation == desk.chat else []
        name = f" ({chat.name})" if chat.name and chat.name != called(chat) else ""
        say(f"{called(chat)}{name}{': ' if facts else ''}{', '.join(facts)}")
    if not chats:
        say("none; /add ADDRESS adds somebody" if not archived else "nothing was put away")


async def open_chat(desk: Desk, words: str) -> None:
    chat = desk.find(words)
    desk.chat = chat.conversation
    history = desk.messenger.history(chat.conversation)
    first = history.first_unread()
    start_at = max(0, len(history) - HISTORY)
    if first is not None:
        start_at = max(0, min(start_at, first - 3), len(history) - 200)
    desk.shown_from = start_at
    say(f"open: {called(chat)}, {counted(len(history), 'message')}{_standing(desk)}")
    desk.tell(history.slice(start_at, len(history)), chat)
    await desk.messenger.mark_read(chat.conversation)


def _standing(desk: Desk) -> str:
    chat = desk.open_chat()
    facts = []
    if not (chat.note_to_self or chat.echo):
        facts.append({"verified": "verified", "changed": "KEYS CHANGED"}.get(chat.trust.value, ""))
    facts.append(f"messages last {in_words(chat.lasts)}" if chat.lasts else "")
    facts.append("a request: /accept or /block" if chat.standing is Standing.REQUEST else "")
    said = [fact for fact in facts if fact]
    return f"; {', '.join(said)}" if said else ""


async def more(desk: Desk, _: str) -> None:
    chat = desk.open_chat()
    history = desk.messenger.history(chat.conversation)
    stop = min(desk.shown_from, len(history))
    desk.shown_from = max(0, stop - HISTORY)
    desk.tell(history.slice(desk.shown_from, stop), chat)
    if not desk.shown_from:
        say("that is where it begins")


async def speak(desk: Desk, text: str, quoting: Message | None = None) -> None:
    chat = desk.open_chat()
    desk.check_may_send(chat)
    await desk.messenger.send(chat.conversation, text, quoting=quoting)


async def reply(desk: Desk, words: str) -> None:
    number, text = _split(words, "/reply NUMBER TEXT")
    message = desk.message(number)
    chat = desk.chat_of(message.conversation)
    desk.check_may_send(chat)
    await desk.messenger.send(chat.conversation, text, quoting=message)


async def note(desk: Desk, words: str) -> None:
    if not words:
        raise RefusedError("/note TEXT: what is to be noted?")
    chat = await desk.messenger.shelf.note_to_self()
    await desk.messenger.send(chat.conversation, words)


async def react(desk: Desk, words: str) -> None:
    number, _, emoji = words.partition(" ")
    await desk.messenger.messages.react(desk.message(number), emoji.strip())


async def edit(desk: Desk, words: str) -> None:
    number, text = _split(words, "/edit NUMBER TEXT")
    await desk.messenger.messages.edit(desk.message(number), text)


async def delete(desk: Desk, words: str) -> None:
    number, _, whom = words.partition(" ")
    if whom.strip() not in ("", "everyone"):
        raise RefusedError("/delete NUMBER, or /delete NUMBER everyone")
    await desk.messenger.messages.delete(desk.message(number), everyone=bool(whom.strip()))
    say("deleted")


async def forward(desk: Desk, words: str) -> None:
    number, to = _split(words, "/forward NUMBER WHO")
    message, chat = desk.message(number), desk.messenger.find(to)
    desk.check_may_send(chat)
    await desk.messenger.messages.forward(message, chat.conversation)


async def pin(desk: Desk, words: str) -> None:
    message = desk.message(words)
    await desk.messenger.messages.pin(message, not message.pinned)
    say("no longer pinned" if message.pinned else "pinned")


async def pinned(desk: Desk, _: str) -> None:
    chat = desk.open_chat()
    held = desk.messenger.messages.pinned(chat.conversation)
    desk.tell(held, chat)
    if not held:
        say("nothing is pinned here")


async def retry(desk: Desk, words: str) -> None:
    await desk.messenger.messages.retry(desk.message(words))


async def cancel(desk: Desk, words: str) -> None:
    await desk.messenger.messages.cancel(desk.message(words))
    say("it is not sent")


async def info(desk: Desk, words: str) -> None:
    message = desk.message(words)
    chat = desk.chat_of(message.conversation)
    say(told(desk.numbers.number(message), message, chat))
    say(f"id {message.id.hex()}, said by device {message.device.hex()[:ID_DIGITS]}")
    say(f"written {rfc3339(message.at / 1000)} by the sender's clock")
    say(f"stored here {rfc3339(message.received)}")
    if message.note:
        say(f"note: {message.note}")
    if message.gone_at:
        say(f"it disappears {rfc3339(message.gone_at)}")
    for version in desk.messenger.messages.versions(message):
        say(f"before it was edited, {rfc3339(version.at / 1000)}: {version.text}")
    (wire,) = desk.messenger.wire([message])
    if wire is None or wire.stays:
        say("nothing of it went over the wire: it stayed here")
    else:
        copies = "1 sealed copy" if wire.copies == 1 else f"{wire.copies} sealed copies"
        say(f"{copies} of {wire.size} bytes")
        say("the relay keeps the mailbox, the hour, the size and ciphertext")
    for copy in desk.messenger.messages.sealings(message):
        sent = "the relay has it" if copy.sent else "it waits here"
        own = "my device" if copy.own else "device"
        say(f"sealed for {own} {copy.device.hex()[:8]} {copy.name}: {copy.size} bytes, {sent}")


async def search(desk: Desk, words: str) -> None:
    await _search(desk, words, desk.open_chat().conversation)


async def search_everywhere(desk: Desk, words: str) -> None:
    await _search(desk, words, None)


async def _search(desk: Desk, words: str, where: bytes | None) -> None:
    if not words:
        raise RefusedError("what is to be found?")
    found = desk.messenger.shelf.search(words, where, at_most=50)
    for one in reversed(found):
        number = desk.numbers.number(one.message)
        place = "" if where else f"{called(one.chat)}: "
        mark = "request, " if one.chat.standing is Standing.REQUEST else ""
        say(f"{mark}{place}{told(number, one.message, one.chat)}")
    say(f"{len(found)} found" if found else "nothing has all these words")


async def context(desk: Desk, words: str) -> None:
    message = desk.message(words)
    chat = desk.chat_of(message.conversation)
    history = desk.messenger.history(chat.conversation)
    desk.chat = chat.conversation
    desk.shown_from = max(0, message.position - HISTORY // 4)
    say(f"open: {called(chat)}, around [{words}]")
    desk.tell(history.slice(desk.shown_from, message.position + HISTORY // 4 + 1), chat)


async def list_links(desk: Desk, words: str) -> None:
    message = desk.message(words)
    held = links(message.text)
    for count, link in enumerate(held, start=1):
        say(f"link {count}: {link.url}{' LOOKS LIKE ' + link.written if link.deceives else ''}")
    say(f"/browse {words} 1 opens one" if held else "no link in it")


async def browse(desk: Desk, words: str) -> None:
    number, _, which = words.partition(" ")
    message = desk.message(number)
    held = links(message.text)
    if desk.chat_of(message.conversation).standing is Standing.REQUEST:
        raise RefusedError("nothing of a request is opened: /accept it first")
    if not held or not (which or "1").isdecimal() or not 1 <= int(which or "1") <= len(held):
        raise RefusedError("no such link: /links NUMBER lists them")
    link = held[int(which or "1") - 1]
    say(f"{warning(link)} (yes or no)")

    async def answered(answer: str) -> None:
        if answer.strip().lower() not in ("yes", "y"):
            say("not opened")
            return
        try:
            await start(open_with(link))
        except (NotALinkError, OSError) as error:
            raise RefusedError(str(error)) from None
        say("opened")

    desk.answer = answered


def _split(words: str, usage: str) -> tuple[str, str]:
    first, _, rest = words.partition(" ")
    if not first or not rest.strip():
        raise RefusedError(usage)
    return first, rest.strip()
