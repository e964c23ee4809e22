"""Receipts that are still to be sent. Spec: docs/spec/08-state.md §9."""

from typing import ClassVar

from doorless_client.store.row import Row


class ReceiptDue(Row, frozen=True):
    """Messages that a receipt is owed for, from `due` on: what one receipt names, at most.

    Attributes:
        ids: 16 bytes each.
    """

    table: ClassVar[str] = "receipts_due"
    key: ClassVar[tuple[str, ...]] = ("number",)

    number: int
    conversation: bytes
    read: bool
    due: float
    ids: bytes
