"""The `/` commands of plain mode: one table, which help is made of."""

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from doorless_client.core.api import RefusedError
from doorless_client.plain import account, files, notices, people, saved, talking
from doorless_client.plain.desk import Desk
from doorless_client.plain.saying import say

Act = Callable[[Desk, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    usage: str
    help: str
    act: Act


async def help_(_: Desk, words: str) -> None:
    name = words.removeprefix("/")
    chosen = [COMMANDS[name]] if name in COMMANDS else list(COMMANDS.values())
    if name and name not in COMMANDS:
        raise RefusedError(unknown(name))
    for command in chosen:
        say(f"{command.usage}: {command.help}")
    if not name:
        say("anything else is sent to the open conversation; // begins a text with a /")
        say("a line that ends in \\ goes on in the next one")


COMMANDS = {
    "help": Command("/help [COMMAND]", "tell what can be done", help_),
    "list": Command("/list [archived]", "conversations, what is pinned first", talking.list_chats),
    "open": Command("/open WHO", "open a conversation, and tell its end", talking.open_chat),
    "more": Command("/more", "tell what was said before", talking.more),
    "reply": Command("/reply NUMBER TEXT", "answer a message", talking.reply),
    "react": Command("/react NUMBER [EMOJI]", "react; without one: take it back", talking.react),
    "edit": Command("/edit NUMBER TEXT", "say something else in yours", talking.edit),
    "delete": Command("/delete NUMBER [everyone]", "delete it here, or everywhere", talking.delete),
    "forward": Command("/forward NUMBER WHO", "say it to somebody else", talking.forward),
    "pin": Command("/pin NUMBER", "keep a message at hand, or no longer", talking.pin),
    "pinned": Command("/pinned", "messages kept at hand here", talking.pinned),
    "retry": Command("/retry NUMBER", "say again what failed", talking.retry),
    "cancel": Command("/cancel NUMBER", "do not send what waits", talking.cancel),
    "info": Command("/info NUMBER", "all that is known of a message", talking.info),
    "links": Command("/links NUMBER", "links in it, and where they lead", talking.list_links),
    "browse": Command("/browse NUMBER [LINK]", "open a link, after asking", talking.browse),
    "search": Command("/search WORDS", "find messages here", talking.search),
    "searchall": Command("/searchall WORDS", "find messages everywhere", talking.search_everywhere),
    "context": Command("/context NUMBER", "tell what was said around it", talking.context),
    "note": Command("/note TEXT", "a note to yourself", talking.note),
    "saved": Command(
        "/saved [say NAME [NUMBER]|add NAME TEXT|keep NUMBER NAME|rename NAME NEW|remove NAME]",
        "texts saved to answer with: list, send after asking, save, rename, delete",
        saved.replies,
    ),
    "add": Command("/add HANDLE|ADDRESS|LINK", "add somebody, and open it", people.add),
    "requests": Command("/requests", "who wrote without being a contact", people.requests),
    "accept": Command("/accept [WHO]", "accept a request, or changed keys", people.accept),
    "block": Command("/block [WHO] [delete]", "hear no more; nobody is told", people.block),
    "unblock": Command("/unblock WHO", "hear from them again", people.unblock),
    "blocked": Command("/blocked", "who is blocked", people.blocked),
    "forget": Command("/forget WHO yes", "delete a contact and what was said", people.forget),
    "verify": Command("/verify [NUMBER|WORDS]", "the safety number; or take theirs", people.verify),
    "details": Command("/details [WHO]", "what is known of somebody", people.details),
    "name": Command("/name [NAME]", "call them by a name of your own", people.name),
    "timer": Command("/timer [TIME|off]", "how long messages last here: 30s, 8h, 4w", people.timer),
    "mute": Command("/mute [TIME|off]", "tell nothing of it meanwhile", people.mute),
    "archive": Command("/archive [off]", "put the conversation away", people.archive),
    "pinchat": Command("/pinchat [off]", "keep it above the others", people.keep_above),
    "unread": Command("/unread [off]", "mark it, to come back to it", people.unread),
    "file": Command("/file PATH", "send a file", files.offer),
    "fetch": Command("/fetch NUMBER", "bring a file here, sealed", files.fetch),
    "pause": Command("/pause NUMBER", "stop a file for now; /fetch goes on", files.pause),
    "stop": Command("/stop NUMBER", "give a file up", files.stop),
    "save": Command("/save NUMBER [FOLDER]", "write a file there; nothing is opened", files.save),
    "settings": Command("/settings [NAME [VALUE]]", "what is chosen; or choose", account.settings),
    "devices": Command("/devices", "your devices", account.devices),
    "link": Command("/link LINK", "link a new device, on the primary", account.link),
    "log": Command("/log [check]", "what was checked of the key log", account.log),
    "alarms": Command("/alarms", "what the key log was caught at", account.alarms),
    "alarm": Command("/alarm NUMBER [FILE]", "read one; write its proof", account.alarm),
    "notices": Command("/notices", "demands for your data, as your relay tells", notices.notices),
    "invite": Command("/invite", "your invite link", account.invite),
    "status": Command("/status", "who you are, and the connection", account.status),
    "hold": Command("/hold [off]", "tell events after your lines only", account.hold),
    "lock": Command("/lock", "close everything until the passphrase", account.lock),
    "quit": Command("/quit", "end; what waits is sent next time", account.quit_),
}


def unknown(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"no such command; did you mean /{close[0]}?" if close else "no such command; see /help"


async def do(desk: Desk, line: str) -> None:
    """One whole line of the person. Raises RefusedError: nothing was done."""
    if desk.answer is not None:
        answer, desk.answer = desk.answer, None
        await answer(line)
    elif line.startswith("//"):
        await talking.speak(desk, line[1:])
    elif line.startswith("/"):
        name, _, words = line[1:].partition(" ")
        command = COMMANDS.get(name.lower())
        if command is None:
            raise RefusedError(unknown(name))
        await command.act(desk, words.strip())
    elif line.strip():
        await talking.speak(desk, line)
