"""How many bytes an envelope would have on the wire, before it is sealed."""

from doorless_client.core.devices import Devices
from doorless_client.core.shelf_rows import is_note
from doorless_client.core.state import State
from doorless_client.store.records import Contact
from doorless_protocol.sizes import FIRST_CONTACT_SIZE


def wire_size(state: State, devices: Devices, contact: Contact, content: bytes) -> int:
    """Of the largest copy of an encoded content; 0: nobody but this device gets it."""
    account = state.account if is_note(contact) else contact.account
    recipients = devices.recipients(account)
    sizes = [
        session.wire_size(len(content))
        for entry in recipients
        if (session := state.sessions.sending(account, entry.device)) is not None
    ]
    if is_note(contact) and not recipients:
        return 0
    return max(sizes, default=FIRST_CONTACT_SIZE)
