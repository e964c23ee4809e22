"""An envelope that was changed in the smallest way."""


def flipped(envelope: bytes, bit: int) -> bytes:
    """With this bit turned over, counted from 0."""
    changed = bytearray(envelope)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
