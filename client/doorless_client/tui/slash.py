"""Commands that are typed after a slash: what they are called, and what the person typed."""

from collections.abc import Sequence
from dataclasses import dataclass

COMMANDS = {
    "attach": "a file: /attach PATH",
    "find": "words here: /find WORDS",
    "everywhere": "words in all chats",
    "timer": "how long messages last: /timer 1h, /timer off",
    "mute": "be told nothing of this chat: /mute 8h",
    "unmute": "be told again",
    "pin": "keep this chat on top, or no more",
    "archive": "put this chat away, or back",
    "unread": "mark this chat unread",
    "pinned": "pinned messages",
    "name": "call this contact so: /name NAME",
    "files": "files of this chat",
    "export": "write this chat to a file: /export PATH",
    "details": "what is known of this contact",
    "verify": "compare safety numbers",
    "block": "block this contact",
    "notices": "what your relay told of demands for your data",
    "note": "note to self",
    "saved": "saved replies: choose one to write",
    "lock": "lock at once",
    "settings": "settings",
    "help": "all keys",
}
"""By name, and what each does. Some take more words."""

OF_A_CHAT = frozenset(
    {
        *("timer", "mute", "unmute", "pin", "archive", "unread", "pinned", "name", "block"),
        *("files", "export"),
    }
)
"""Those that are about the chat that is open."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    words: str = ""


def parse(text: str) -> Command | None:
    """What a line that begins with a slash says; None for a name that nothing has."""
    name, _, words = text.removeprefix("/").partition(" ")
    name = name.strip().lower()
    return Command(name, words.strip()) if name in COMMANDS else None


def completions(begun: str) -> Sequence[tuple[str, str]]:
    """Commands whose names begin so, and what they do."""
    return [(name, does) for name, does in COMMANDS.items() if name.startswith(begun.lower())]


def may_be(text: str) -> bool:
    """Whether a line that begins with a slash is a command, or may become one: else it is sent."""
    return parse(text) is not None or bool(completions(text[1:]))
