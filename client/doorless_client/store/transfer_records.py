"""Rows of files on their way. Spec: docs/spec/08-state.md §18."""

from typing import ClassVar

from doorless_client.store.row import Row, SecretRow


class Transfer(SecretRow, frozen=True):
    """How far the file of a message came. No row: it was offered to us, and nothing was asked.

    Attributes:
        incoming: it comes here; else it is ours, and goes to a relay.
        state: a message_parts.FileState: OFFERED and MOVING are never stored.
        local: what its sealed bytes are called among the files of the profile; "" none are here.
        write: of ours: the capability that writes and drops it at the relay.
        size: bytes of the ciphertext.
        body: of ours: the encoded content.Text that leaves when the relay has it all; then b"".
        note: for the person, where something is in the way.
        attempts: at bringing it here that ended in another file than the message names.
        not_before: Unix seconds; until then the relay is left alone.
        expires: Unix seconds; of ours that did not leave by then: it is given up.
    """

    table: ClassVar[str] = "transfers"
    key: ClassVar[tuple[str, ...]] = ("conversation", "place")

    conversation: bytes
    place: int
    incoming: bool
    state: str
    local: str
    write: bytes
    size: int
    body: bytes
    note: str
    attempts: int
    not_before: float
    expires: float


class BlobToDrop(SecretRow, frozen=True):
    """A file of ours that a relay is to forget: asked until it did, or does so by itself."""

    table: ClassVar[str] = "blobs_to_drop"
    key: ClassVar[tuple[str, ...]] = ("write",)

    write: bytes
    relay: str
    pin: bytes
    not_before: float
    expires: float


TRANSFER_ROWS: tuple[type[Row], ...] = (Transfer, BlobToDrop)
