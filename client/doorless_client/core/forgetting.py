"""What goes with a contact that the person forgets: out of sight at once, then piece by piece.

    begin   nothing of it is shown, sent or heard any more; what is left is marked
    step    some rows go, the messages last, and the mark with them: it ends anywhere

Spec: docs/spec/08-state.md §15.8.
"""

from collections.abc import Sequence
from typing import Any, Final

from doorless_client.store.base import Store, Table
from doorless_client.store.records import Contact
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.primitives import Random

MANY: Final = 1024
"""Rows at a time where nothing else can go on before."""

CHEAPER: Final = 8
"""Rows without words that go in the time of a message."""


def begin_forgetting(store: Store, contact: Contact, ours: AccountId) -> None:
    """All that was said with them is out of reach, and leaves never. Inside a transaction."""
    key = contact.conversation
    for item in store.outbox.find(conversation=key):
        store.copies.clear(number=item.number)
    store.outbox.clear(conversation=key)
    store.receipts_due.clear(conversation=key)
    store.unacknowledged.clear(conversation=key)
    store.resyncs.clear(account=contact.account)
    store.voices.clear(conversation=conversation_id(ours, AccountId(contact.account)))
    store.timers.clear(conversation=key)
    store.shelf.clear(conversation=key)
    store.words.part_with(store.messages.length(key))
    store.contacts.part_with(key)


def free_key(store: Store, key: bytes, random: Random) -> bytes:
    """What a new conversation is kept under: its own key, if no other one has that still."""
    if store.contacts.get(key) is None and key not in store.contacts.parted():
        return key
    return random(len(key))


def forget_some(store: Store, messages: int) -> bool:
    """So many, at most, of what the person forgot. False: there are none. In a transaction."""
    return any(_forget_some(store, key, messages) for key in store.contacts.parted()[:1])


def finish_forgetting(store: Store, key: bytes) -> None:
    """All that is left of this conversation, since another begins under its key."""
    while key in store.contacts.parted():
        _forget_some(store, key, MANY)


def _forget_some(store: Store, key: bytes, messages: int) -> bool:
    for table in _tables_beside(store):
        if table.clear_some(messages * CHEAPER, conversation=key):
            return True
    if not store.messages.clear_some(messages, conversation=key):
        store.contacts.drop(key)
    return True


def _tables_beside(store: Store) -> Sequence[Table[Any]]:
    """What is kept beside messages: it refers to them, and goes before them."""
    return (
        store.wires,
        store.late,
        store.beside,
        store.extras,
        store.fading,
        store.reactions,
        store.versions,
        store.gone,
        store.acts,
        store.waiting_acts,
        store.sealings,
    )
