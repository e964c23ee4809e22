"""The row of a message that somebody was shown: by its id, wherever it stands now.

A position is where it stood when it was shown. What comes late or disappears meanwhile moves all
behind it, so that a position alone may name another message by now: whoever forwards a file would
send the wrong one. Spec: docs/spec/08-state.md §7, §15.
"""

from doorless_client.core.order import order_of
from doorless_client.core.views import Message
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry


def picked(store: Store, contact: Contact, ours: bytes, message: Message) -> Entry | None:
    """None: it is there no more. Args: ours: our account."""
    order = order_of(store, contact.conversation)
    row = store.messages.get(contact.conversation, order.place(message.position))
    if row is None or not is_it(row, message):
        account = ours if message.mine else contact.account
        row = store.messages.with_id(contact.conversation, message.id, account)
    return None if row is None or order.is_gone(row.place) else row


def is_it(row: Entry, message: Message) -> bool:
    """Whether what stands there now is what was shown."""
    return (row.id, row.mine) == (message.id, message.mine)
