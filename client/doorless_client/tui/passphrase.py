"""What can honestly be said of a passphrase while it is typed."""

from doorless_client.key_file import SHORTEST_PASSPHRASE

SHORTEST = SHORTEST_PASSPHRASE

LONG = 20
"""Characters from which chance alone decides: several unrelated words."""

WRONG = "That is not the passphrase, or the profile is damaged."
"""Whichever it is: nothing is told to who tries."""


def strength_hint(passphrase: str) -> str:
    """One line. Length and variety are all that can be counted here: it promises nothing."""
    if not passphrase:
        return ""
    if len(passphrase) < SHORTEST:
        return f"{SHORTEST - len(passphrase)} more characters at least"
    if len(set(passphrase)) < SHORTEST // 2:
        return "Easily guessed: nearly the same character throughout"
    if len(passphrase) < LONG:
        return "Short. Four or five unrelated words are easier to keep and harder to guess"
    return "Long enough, if it is in no book, song or list"
