"""chats, pin, mute, archive, unread, name, timer, note, search, saved: arranged and found."""

import argparse

from doorless_client.cli_parsers.common import Adder, add_json, count, span


def add_commands(command: Adder) -> None:
    chats = command("chats", "list conversations, as the messenger does")
    chats.add_argument("--archived", action="store_true", help="those that were put away")
    add_json(chats)
    for name, help in (
        ("pin", "keep a chat above the others"),
        ("archive", "put a chat away until something is said in it"),
        ("unread", "mark a chat, to come back to it"),
    ):
        _add_off(_of_contact(command, name, help))
    mute = _of_contact(command, "mute", "have nothing of a chat notified")
    mute.add_argument(
        "--for", type=span, dest="span", metavar="TIME", help="as long: 30m, 8h, 7d (else for good)"
    )
    _add_off(mute)
    called = _of_contact(command, "name", "call a contact by a name of your own, on your devices")
    called.add_argument("name", metavar="NAME", help='"" for the one that they chose')
    timer = _of_contact(command, "timer", "have messages disappear, once they were seen")
    timer.add_argument(
        "span", type=_timer, metavar="TIME|off", help="how long they last: 5s to 4w; off: they stay"
    )
    note = command("note", "write a note to yourself, on all of your devices")
    note.add_argument("text", metavar="TEXT", help="the text, or - for standard input")
    search = command("search", "find messages that have all these words, on this computer")
    search.add_argument("words", metavar="WORDS", nargs="+", help="the last may be a beginning")
    search.add_argument("--in", dest="chat", metavar="CONTACT", help="in one conversation alone")
    search.add_argument("--limit", type=count, metavar="N", help="the newest N alone (200)")
    add_json(search)
    saved = command("saved", "texts saved to answer with, under names; none is sent by itself")
    saved.add_argument(
        "what",
        nargs="?",
        choices=("list", "add", "rename", "remove"),
        default="list",
        metavar="list|add|rename|remove",
        help="list (default); add NAME TEXT, - for standard input; rename NAME NEW; remove NAME",
    )
    saved.add_argument("words", nargs="*", metavar="NAME", help="as the help of the first says")
    add_json(saved)


def _of_contact(command: Adder, name: str, help: str) -> argparse.ArgumentParser:
    added = command(name, help)
    added.add_argument("contact", metavar="CONTACT")
    return added


def _add_off(to: argparse.ArgumentParser) -> None:
    to.add_argument("--off", action="store_true", help="take it back")


def _timer(text: str) -> int:
    return 0 if text == "off" else span(text)
