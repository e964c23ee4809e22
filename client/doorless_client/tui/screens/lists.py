"""Short lists to choose from: chats to forward to, messages to go to, spans of time."""

from collections.abc import Sequence

from doorless_client.core.views import FOREVER, Chat, Message, Standing
from doorless_client.marks import veiled
from doorless_client.settings.spans import in_words
from doorless_client.tui import moments
from doorless_client.tui.plain import plain
from doorless_client.tui.rows import moment
from doorless_client.tui.screens.choose import Choose, Row

TIMERS = (0, 30, 300, 3600, 8 * 3600, 86_400, 604_800, 2_419_200)
"""Seconds that messages may last; 0: they stay."""

MUTES = (3600, 8 * 3600, 86_400, 604_800, FOREVER)
"""Seconds for which a chat may be mute."""


def forward_to(chats: Sequence[Chat], count: int) -> Choose[bytes]:
    """Answers the conversation."""
    open_to = [chat for chat in chats if chat.standing is Standing.CONTACT]

    def rows(typed: str) -> Sequence[Row[bytes]]:
        wanted = typed.strip().lower()
        return [
            Row(chat.conversation, plain(chat.name), plain(chat.address))
            for chat in open_to
            if wanted in chat.name.lower() or wanted in chat.address.lower()
        ]

    title = "Forward to" if count == 1 else f"Forward {count} messages to"
    return Choose(title, rows, asks="A name")


def messages_to(
    title: str, messages: Sequence[Message], name: str, nothing: str
) -> Choose[Message]:
    """Answers the message to go to, the newest first."""

    def rows(typed: str) -> Sequence[Row[Message]]:
        del typed
        return [
            Row(
                message,
                plain(" ".join(words.split())[:120]),
                plain(f"{'You' if message.mine else name}  {moments.full(moment(message))[:16]}"),
            )
            for message in reversed(messages)
            for words in (veiled(message.text) or (message.file.name if message.file else ""),)
        ]

    return Choose(title, rows, nothing=lambda _: nothing)


def timer(lasts: int) -> Choose[int]:
    """Answers seconds."""

    def words(seconds: int) -> str:
        now = "  (now)" if seconds == lasts else ""
        return (f"{in_words(seconds)} after it was seen" if seconds else "Messages stay") + now

    return Choose(
        "How long messages last", lambda _: [Row(one, plain(words(one))) for one in TIMERS]
    )


def mute() -> Choose[int]:
    """Answers seconds, or FOREVER."""

    def words(seconds: int) -> str:
        return "Until I say otherwise" if seconds == FOREVER else f"For {in_words(seconds)}"

    return Choose("Mute", lambda _: [Row(one, plain(words(one))) for one in MUTES])
