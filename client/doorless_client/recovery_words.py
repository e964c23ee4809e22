"""The 24 words that an account can be restored from: BIP-39, English."""

from mnemonic import Mnemonic


def words_of(seed: bytes) -> tuple[str, ...]:
    """24 words for a seed of 32 bytes."""
    return tuple(Mnemonic("english").to_mnemonic(seed).split(" "))
