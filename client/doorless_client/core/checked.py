"""Whether a key log vouches for a contact: what is told, and what goes out, rests on it.

Spec: docs/spec/08-state.md §14.4.
"""

from functools import lru_cache

import msgspec

from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Setting
from doorless_protocol.invite import Address
from doorless_protocol.log.pin import Pin

_WITHOUT = "no key log at "


def is_checked(store: Store, contact: Contact, home: str) -> bool:
    """Whether a key log vouches for this account under the address of the contact.

    Where the relay said that it has no log, there is nothing to ask: then, too. Of one that was
    never asked nobody knows; nor of a first contact while its keys may have replaced others.

    Args:
        home: our own relay, where nobody says otherwise.
    """
    relay, label = relay_and_label(contact, home)
    if store.logs.get(relay) is None:
        return is_without_log(store, relay)
    row = store.log_pins.get(relay, label)
    return row is not None and row.account == contact.account and not may_hide_a_reset(row.pin)


def is_replaced(store: Store, contact: Contact, home: str) -> bool:
    """Whether their keys replaced others, or may have, and did not stand for a whole window yet.

    They are used where a link named them, or where they wrote first; that is no check.
    """
    row = store.log_pins.get(*relay_and_label(contact, home))
    return row is not None and row.account == contact.account and _waits(row.pin)


@lru_cache(maxsize=256)
def _waits(pin: bytes) -> bool:
    return Pin.decode(pin).waits


@lru_cache(maxsize=256)
def may_hide_a_reset(pin: bytes) -> bool:
    """Whether a first contact brought it, and nothing says yet that it was theirs a day before."""
    return Pin.decode(pin).vouched


def is_without_log(store: Store, relay: str) -> bool:
    """Whether this relay was asked, and said that it keeps no key log."""
    return store.settings.get(_WITHOUT + relay) is not None


def note_without_log(store: Store, relay: str) -> None:
    """It says so, and is held to nothing: from now on its word is all there is. Inside a change."""
    store.settings.put(Setting(_WITHOUT + relay, msgspec.msgpack.encode(True)))


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
