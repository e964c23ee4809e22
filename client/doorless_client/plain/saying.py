"""What plain mode prints: one event a line, no cursor, no colour.

A text of several lines stays on one, with a visible sign where it went on: so no text of others
can pass for a line of the program's own.
"""

from doorless_client.cli_output import facts_before, file_words, flush, line
from doorless_client.core.views import Chat, Message, Standing, State
from doorless_client.text import SafeText, safe_line

LONGEST = 20_000
"""Characters of one line: a whole message."""


def say(words: str) -> None:
    line(safe_line(words, at_most=LONGEST))
    flush()


def refuse(words: str) -> None:
    """What was asked for was not done."""
    say(f"error: {words}")


def warn(words: str) -> None:
    """Loud: it stops messages, or somebody lied."""
    say(f"!!! {words}")


def counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def called(chat: Chat) -> SafeText:
    """By the name that tells it from all others: the address, or what a request claims."""
    if chat.note_to_self:
        return SafeText("notes")
    is_claim = chat.standing is Standing.REQUEST or "@" not in chat.address
    return (chat.name or chat.address) if is_claim or chat.echo else chat.address


def told(number: int, message: Message, chat: Chat) -> str:
    """A message on a line."""
    facts = facts_before(message)
    who = f"{_who(message, chat)}{f' ({facts})' if facts else ''}"
    text = message.text if message.file is None else f"{file_words(message.file)} {message.text}"
    return f"[{number}] {who}: {text.strip()}{_marks(message)}"


def _who(message: Message, chat: Chat) -> str:
    if not message.mine:
        return called(chat)
    return "you" if chat.note_to_self else f"you to {called(chat)}"


def _marks(message: Message) -> str:
    marks = [] if message.state is State.RECEIVED else [message.state.word]
    marks += [f"{one.emoji} {'you' if one.mine else one.by}" for one in message.reactions]
    marks += ["late"] if message.late else []
    marks += [f"{message.gap} missing before"] if message.gap else []
    return f"  [{', '.join(marks)}]" if marks else ""
