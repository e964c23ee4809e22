"""What a conversation asks or explains while nothing can be read or written in it."""

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.widgets.banner import Choice, Question
from doorless_client.tui.wrapping import in_a_sentence

CLAIM = " (not checked)"
"""Stands behind an address that somebody says is theirs."""


def question_about(chat: Chat, glyphs: Glyphs, *, put_off: bool) -> Question | None:
    """The question that bars writing to `chat`, if there is one.

    Args:
        put_off: the person chose "Not now": one line remains, and sending stays blocked.
    """
    name = in_a_sentence(chat.name)
    if chat.standing is Standing.REQUEST:
        address = chat.name.removesuffix(CLAIM)
        claimed = "That address is only what they say. " if address != chat.name else ""
        return Question(
            f"{in_a_sentence(address)} wants to talk",
            f"{claimed}They are no contact of yours. Until you accept, they do not learn that you "
            "read this.",
            [
                Choice("accept", "Accept", "success", then_write=True),
                Choice("block", "Block"),
                Choice("forget", "Delete"),
            ],
        )
    if chat.standing is Standing.BLOCKED:
        return Question(
            f"You blocked {name}",
            "Nothing they send is shown, and nothing is sent to them.",
            [Choice("accept", "Accept again"), Choice("forget", "Delete the chat")],
        )
    if chat.trust is not Trust.CHANGED:
        return None
    title = f"{glyphs.trust[Trust.CHANGED]} {name}'s safety number changed"
    if put_off:
        return Question(
            title,
            "Sending is blocked until you choose.",
            [Choice("decide", "Choose", "warning")],
            alarming=True,
        )
    return Question(
        title,
        "A new account, or someone in the middle. Messages that wait stay here until you choose.",
        [
            Choice("verify", "Verify now", "success"),
            Choice("accept-key", "Accept new key", then_write=True),
            Choice("later", "Not now"),
        ],
        alarming=True,
    )


LEFT_OUT = Question(
    "This device was removed from your account",
    "Nothing goes in or out here any more. What was said stays readable.",
    [],
)
