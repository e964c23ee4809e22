"""What stands where there is nothing yet: what the place is for, and what to do next.

Never blank, and never as if something were broken.
"""

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.wrapping import in_a_sentence

NO_CHATS = ("No chats yet.", "Ctrl+N adds somebody.", "Who writes to you", "stands here, too.")
"""Rows of an empty list, which is narrow. Requests and archived chats are rows of it, too."""

ALONE = (
    "This is your only device. Link another one and both show the same conversations; without one, "
    "a lost computer is a lost account but for your recovery words."
)
"""In the list of our own devices."""

OFFLINE = "No relay at the moment. What you write waits on this computer and leaves by itself."
"""Beside what else is said, while no relay is there."""

FORGET_ECHO = (
    "Delete Echo?",
    "Its keys and all that was said go for good; Echo does not come back into this profile.",
)
"""Title and words of the question before."""


def nobody_open(glyphs: Glyphs, *, others: bool) -> str:
    """No conversation is shown. `others`: there are chats to choose from."""
    if others:
        return f"Choose a chat: {glyphs.up} and {glyphs.down}, then Enter, or click it."
    return (
        "Nobody to talk to yet.\n\nPress Ctrl+N to add somebody: give them your invite link, "
        "or enter theirs.\nEverything you write is sealed here, before the relay gets it."
    )


def nothing_said(chat: Chat, *, offline: bool = False) -> str:
    """A conversation without a message: what is known of its keys, and what the relay will see."""
    if chat.standing is not Standing.CONTACT:
        return ""
    if chat.echo:
        return "Write Echo something. It answers at once, from this computer."
    if chat.note_to_self:
        return (
            "Notes for yourself.\n\nThey are sealed for your other devices alone; with none, they "
            "stay on this computer."
        )
    parts = [f"Say something to {in_a_sentence(chat.name)}.", _keys(chat.trust)]
    parts.append(
        "The relay will see an envelope of one of six sizes, and nothing in it: F2 shows it."
    )
    if offline:
        parts.append(OFFLINE)
    return "\n\n".join(part for part in parts if part)


def _keys(trust: Trust) -> str:
    if trust is Trust.FIRST_SEEN:
        return (
            "First seen: their keys were taken as they came, and any change is told.\n"
            "F4 compares safety numbers, by voice or side by side; then they are verified."
        )
    if trust is Trust.VERIFIED:
        return "Verified: you compared safety numbers, and nobody sits in between."
    return ""


def nothing_found(words: str, *, everywhere: bool) -> str:
    """No message holds the words."""
    if not words.strip():
        return "Type what you look for. It is searched on this computer, and told to nobody."
    where = "in any conversation" if everywhere else "here"
    more = "" if everywhere else "\nCtrl+G looks everywhere."
    return f"Nothing {where} with '{words.strip()}'.{more}"
