"""The 24 words that an account can be restored from: BIP-39, English."""

from mnemonic import Mnemonic

WORDS = 24


def seed_of(words: str) -> bytes:
    """The seed of 32 bytes that 24 words stand for, in any case and with any spaces.

    Raises:
        ValueError: not 24 words of the list, or their checksum is wrong: one was misread. It says
            which, by its number; never the word.
    """
    said, language = words.lower().split(), Mnemonic("english")
    if len(said) != WORDS:
        raise ValueError(f"{len(said)} words, not {WORDS}")
    for number, word in enumerate(said, start=1):
        if word not in language.wordlist:
            raise ValueError(f"word {number} is not a recovery word: it is misread")
    try:
        return bytes(language.to_entropy(said))
    except (ValueError, LookupError):
        raise ValueError("these are not recovery words: one of them is misread") from None


def words_of(seed: bytes) -> tuple[str, ...]:
    """24 words for a seed of 32 bytes."""
    return tuple(Mnemonic("english").to_mnemonic(seed).split(" "))
