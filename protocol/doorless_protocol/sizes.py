"""The six sizes that an envelope may have: all that the relay needs to know of its inside.

Spec: docs/spec/05-envelope.md §1.
"""

from doorless_protocol.errors import MalformedError

KIB = 1024
SIZE_CLASSES = (2 * KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB)
"""Bytes on the wire. Six, so that a size tells next to nothing."""

FIRST_CONTACT_SIZE = 32 * KIB
"""Bytes of an initial message, whatever it says: it holds a whole handshake."""


def size_class(size: int) -> int:
    """The smallest size class that holds `size` bytes.

    Raises:
        ValueError: no class is that large; the caller sends an attachment instead.
    """
    for fits in SIZE_CLASSES:
        if size <= fits:
            return fits
    raise ValueError(f"{size} bytes fit no size class, the largest has {SIZE_CLASSES[-1]}")


def check_size_class(envelope: bytes) -> None:
    """Raises MalformedError: the envelope is in none of the size classes."""
    if len(envelope) not in SIZE_CLASSES:
        raise MalformedError(f"envelope of {len(envelope)} bytes is in no size class")
