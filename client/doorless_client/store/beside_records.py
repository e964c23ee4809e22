"""The envelopes that are no message of their own, for X-ray: they look like any other.

Spec: docs/spec/08-state.md §3.
"""

from typing import ClassVar

from doorless_client.store.row import Row


class BesideRow(Row, frozen=True):
    """The newest envelope of one kind that said something of a message.

    Attributes:
        about: the message's id.
        kind: "receipt", "reaction", "edit" or "deletion".
        mine: we said it.
        head: its first bytes; `size` how many it had.
        at: when it left or came, Unix seconds.
    """

    table: ClassVar[str] = "beside"
    key: ClassVar[tuple[str, ...]] = ("conversation", "about", "kind", "mine")

    conversation: bytes
    about: bytes
    kind: str
    mine: bool
    head: bytes
    size: int
    at: int
