"""What goes with a contact that the person forgets."""

from doorless_client.store.base import Store
from doorless_client.store.records import Contact
from doorless_protocol.keys import AccountId, conversation_id


def forget_said(store: Store, contact: Contact, ours: AccountId) -> None:
    """Delete all that was said with them, or waits to be. Inside a transaction."""
    key = contact.conversation
    for item in store.outbox.find(conversation=key):
        store.copies.clear(number=item.number)
    store.outbox.clear(conversation=key)
    store.receipts_due.clear(conversation=key)
    store.unacknowledged.clear(conversation=key)
    store.resyncs.clear(account=contact.account)
    shared = conversation_id(ours, AccountId(contact.account))
    store.voices.clear(conversation=shared)
    store.late.clear(conversation=key)
    store.wires.clear(conversation=key)
    store.beside.clear(conversation=key)
    for table in (store.extras, store.fading, store.reactions, store.versions, store.gone):
        table.clear(conversation=key)
    for about in (store.acts, store.waiting_acts, store.sealings, store.timers):
        about.clear(conversation=key)
    store.words.part_with(store.messages.length(key))
    store.messages.clear(conversation=key)
    store.shelf.clear(conversation=key)
