"""The key that each relay is known by, where no authority vouches for it.

Our own relay's stands with our account, another one's with its contacts: all of them the same one.
Spec: docs/spec/07-relay.md §1.4.
"""

import msgspec

from doorless_client.core.api import RefusedError
from doorless_client.store.base import Store


def pin_of(store: Store, relay: str) -> bytes:
    """Its fingerprint; b"" where authorities vouch for it, or it is a stranger's."""
    own = store.own.get(1)
    if own is not None and relay == own.relay:
        return own.pin
    return next((known.pin for known in store.contacts.find(relay=relay) if known.pin), b"")


def is_known(store: Store, relay: str) -> bool:
    own = store.own.get(1)
    return bool((own is not None and relay == own.relay) or store.contacts.find(relay=relay))


def check_pin(store: Store, relay: str, named: bytes) -> bytes:
    """The fingerprint to ask this relay by, when a link or an address names one.

    Raises:
        RefusedError: another one than we know it by, or one where authorities vouch for it. Who
            wrote the link would else put a relay of his own between us and our contacts there.
    """
    known = settled_pin(store, relay, named)
    if named and named != known:
        raise RefusedError(
            f"another key is named for {relay} than the one that you know: nothing was added. If "
            "its operator says that the key is new, change it first: `doorless relay`"
        )
    return known


def settled_pin(store: Store, relay: str, named: bytes) -> bytes:
    """What we know it by; of a relay that is new here, what is named."""
    return pin_of(store, relay) if is_known(store, relay) else named


def change_pin(store: Store, relay: str, pin: bytes) -> None:
    """The person says that this is the relay's key; b"": authorities vouch for it.

    Raises:
        RefusedError: it is neither our relay nor one of a contact's.
    """
    own, known = store.own.get(1), store.contacts.find(relay=relay)
    if not is_known(store, relay):
        raise RefusedError(f"{relay} is neither your relay nor that of a contact")
    with store.transaction():
        if own is not None and relay == own.relay:
            store.own.put(msgspec.structs.replace(own, pin=pin, tls=own.tls or bool(pin)))
        for contact in known:
            store.contacts.put(msgspec.structs.replace(contact, pin=pin))


def relays(store: Store) -> list[str]:
    """Ours, then those of contacts by name."""
    own = store.own.get(1)
    ours = [own.relay] if own is not None else []
    others = {contact.relay for contact in store.contacts.find() if contact.relay}
    return [*ours, *sorted(others.difference(ours))]
