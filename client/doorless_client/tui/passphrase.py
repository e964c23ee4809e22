"""What can honestly be said of a passphrase while it is typed."""

SHORTEST = 8
"""Characters. Argon2id makes a guess cost half a second and much memory; it cannot make up for
a passphrase that is among the first million tries."""

LONG = 20
"""Characters from which chance alone decides: several unrelated words."""


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
