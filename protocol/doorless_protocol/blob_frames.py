"""What is asked of a relay about sealed files, without an account, and what it answers.

    write capability ── hash ──► read capability ── hash ──► address, which alone the relay keeps

Who holds the first may add, end and drop; who holds the second may read. Neither follows from what
comes after it. Spec: docs/spec/07-relay.md §4.9, docs/spec/14-attachments.md §3.
"""

from typing import Annotated, Final

from msgspec import Meta

from doorless_protocol.frame_fields import U32, Digest, Frame
from doorless_protocol.primitives import sha256

MAX_PIECE_BYTES: Final = 64 * 1024
"""Bytes of a file in one frame: with the rest of it, under the largest frame."""

CAPABILITY_SIZE: Final = 32

Piece = Annotated[bytes, Meta(max_length=MAX_PIECE_BYTES)]


class BlobPut(Frame, tag="blob_put", frozen=True):
    """Keep this piece of a sealed file; the first one begins it. Spec 07 §4.9."""

    write: Digest
    size: U32  # of the whole of it, the same in every piece
    offset: U32
    piece: Annotated[bytes, Meta(min_length=1, max_length=MAX_PIECE_BYTES)]


class BlobStatus(Frame, tag="blob_status", frozen=True):
    """How much of it do you hold? Asked by who writes it. Spec 07 §4.9."""

    write: Digest


class BlobGet(Frame, tag="blob_get", frozen=True):
    """The bytes from there on, as many as one frame takes; of a whole file alone. Spec 07 §4.9."""

    read: Digest
    offset: U32


class BlobDrop(Frame, tag="blob_drop", frozen=True):
    """Forget it. Spec 07 §4.9."""

    write: Digest


class BlobHeld(Frame, tag="blob_held", frozen=True):
    """So many bytes of it are held, durably: where the next piece begins."""

    received: U32


class BlobPiece(Frame, tag="blob_piece", frozen=True):
    piece: Piece


def read_capability(write: bytes) -> bytes:
    """What lets somebody read a sealed file, from what lets its owner write it: 32 bytes.

    Spec: docs/spec/14-attachments.md §3.
    """
    return sha256(b"doorless/1 blob read" + write)


def blob_address(read: bytes) -> bytes:
    """Under what the relay keeps it: 32 bytes that neither read nor write.

    Spec: docs/spec/14-attachments.md §3.
    """
    return sha256(b"doorless/1 blob address" + read)
