"""Large blocks of memory are the system's again as soon as they are free.

A connection under TLS has a buffer of 256 KiB, of which it touches the beginning. glibc maps such a
block by itself at first; from the first one that is freed on, it takes all of that size from its
heap, where none begins with a page: each touches one more, and leaves a hole that stays. Over many
connections that is 4.5 KB each (`python -m benchmarks.relay`).
"""

import ctypes
from contextlib import suppress

FROM = 128 * 1024
"""Bytes: what glibc begins with, before it raises it by itself. mallopt(3), M_MMAP_THRESHOLD."""

_M_MMAP_THRESHOLD = -3


def map_apart() -> None:
    """From now on, in this process. Nothing happens where the C library has no such setting."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, FROM)
