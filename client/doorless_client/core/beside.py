"""Envelopes that say something of a message: receipts, reactions, edits, deletions.

The relay cannot tell them from messages. What it had of the newest of each kind is kept, so
that X-ray can show that. Spec: docs/spec/06-content.md §3.2, §3.9.
"""

from doorless_client.core.message_parts import BesideView
from doorless_client.core.state import State
from doorless_client.store.base import Store
from doorless_client.store.beside_records import BesideRow
from doorless_protocol.content import Body, Delete, Edit, React, Receipt, Unknown

HEAD_SIZE = 64
"""Bytes of such an envelope that are kept: a line or two of X-ray."""


class Beside:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store

    def keep(
        self, conversation: bytes, said: Body | Unknown, envelope: bytes, *, mine: bool
    ) -> None:
        """An envelope left, or was opened. Inside a change; of anything else nothing is kept."""
        match said:
            case Receipt():
                kind, about = "receipt", said.ids[-1]
            case React():
                kind, about = "reaction", said.id
            case Edit():
                kind, about = "edit", said.id
            case Delete():
                kind, about = "deletion", said.id
            case _:
                return
        head, size = envelope[:HEAD_SIZE], len(envelope)
        row = BesideRow(conversation, about, kind, mine, head, size, self._state.now())
        self._store.beside.put(row)


def beside(store: Store, conversation: bytes, about: bytes) -> tuple[BesideView, ...]:
    """What is known of the envelopes beside a message, the earliest first."""
    rows = store.beside.find(conversation=conversation, about=about) if about else ()
    return tuple(
        BesideView(row.kind, row.mine, row.head, row.size, row.at)
        for row in sorted(rows, key=lambda row: row.at)
    )
