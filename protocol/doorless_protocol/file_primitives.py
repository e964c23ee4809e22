"""The stream cipher that files are sealed with.

Beside primitives.py and log_primitives.py, the only module that imports a cryptographic library.
crypto_secretstream_xchacha20poly1305 of libsodium: parts in order, each authenticated with its
place, the last one marked. Spec: docs/spec/01-primitives.md §1, docs/spec/14-attachments.md §2.
"""

from nacl.bindings import crypto_secretstream as stream
from nacl.exceptions import CryptoError

from doorless_protocol.errors import ForgedError

STREAM_KEY_SIZE, STREAM_HEADER_SIZE = 32, 24
STREAM_OVERHEAD = 17
"""Bytes that a part gains: an encrypted tag 1, an authenticator 16."""

_MORE = stream.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = stream.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class Stream:
    """One direction of one stream: seals its parts in order, or opens them in order.

    The library draws the header itself when it begins to seal. Both ends begin from the same key
    and header with the same state, so that here a header that was drawn comes in as an argument.
    """

    __slots__ = ("_state",)

    def __init__(self, key: bytes, header: bytes) -> None:
        self._state = stream.crypto_secretstream_xchacha20poly1305_state()
        stream.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def seal(self, part: bytes, *, final: bool) -> bytes:
        return stream.crypto_secretstream_xchacha20poly1305_push(
            self._state, part, None, _FINAL if final else _MORE
        )

    def open(self, sealed: bytes, *, final: bool) -> bytes:
        """Raises ForgedError: altered, not the next part, or its last one is not where it is due.

        After a ForgedError the stream is of no use any more.
        """
        if len(sealed) < STREAM_OVERHEAD:
            raise ForgedError(f"a part of {len(sealed)} bytes")
        try:
            part, mark = stream.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed)
        except CryptoError:
            raise ForgedError("a part of a file does not authenticate") from None
        check_end(mark, final=final)
        return part


def check_end(mark: int, *, final: bool) -> None:
    """Raises ForgedError: the end of the stream is marked elsewhere. Spec 14 §2.3."""
    if mark != (_FINAL if final else _MORE):
        raise ForgedError("a file that ends too early, or goes on behind its end")
