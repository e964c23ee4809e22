"""Whether a key log vouches for a contact: what is told, and what goes out, rests on it.

Spec: docs/spec/08-state.md §14.4.
"""

from doorless_client.store.base import Store
from doorless_client.store.records import Contact
from doorless_protocol.invite import Address


def is_checked(store: Store, contact: Contact, home: str) -> bool:
    """Whether a key log vouches for this account under the address of the contact.

    Where the relay has no log, there is nothing to ask: then, too.

    Args:
        home: our own relay, where nobody says otherwise.
    """
    relay, label = relay_and_label(contact, home)
    if store.logs.get(relay) is None:
        return True
    row = store.log_pins.get(relay, label)
    return row is not None and row.account == contact.account


def relay_and_label(contact: Contact, home: str) -> tuple[str, str]:
    """As `entry_of`; at our own relay, where nobody says which."""
    relay, label = entry_of(contact)
    return relay or home, label


def entry_of(contact: Contact) -> tuple[str, str]:
    """Relay and label of a contact's entry: as vouched for, else as they claim. "": nobody said."""
    if not contact.handle and contact.claim:
        claim = Address.parse(contact.claim)
        return str(claim.relay), claim.handle
    return contact.relay, contact.handle
