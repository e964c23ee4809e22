"""What this device tells our other devices: sealed for each of them, and for nobody else.

Spec: docs/spec/11-devices.md §5.
"""

from doorless_client.core.outbox import Outbox
from doorless_client.core.shelf_rows import is_note
from doorless_client.core.views import Standing, Trust
from doorless_client.store.records import Contact
from doorless_protocol import own_content
from doorless_protocol.manifest import SIGNED_HEAD_SIZE
from doorless_protocol.own_content import Notice, Person


class Telling:
    """All of it runs inside a change."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def tell(self, notice: Notice, *, device: bytes = b"") -> None:
        """To all of them, some time after what it follows from; to one of them, at once."""
        self._outbox.tell_own(own_content.encode(notice), device=device)

    def tell_person(self, contact: Contact, *, device: bytes = b"") -> None:
        """What we hold of a contact, unless the person has yet to decide about it."""
        if is_told(contact) and not is_note(contact):
            self.tell(person_of(contact), device=device)


def is_told(contact: Contact) -> bool:
    """Requests reach every device by themselves; changed keys are decided on each."""
    return contact.standing != Standing.REQUEST.value and contact.trust != Trust.CHANGED.value


def person_of(contact: Contact) -> Person:
    entries = contact.manifest[SIGNED_HEAD_SIZE:] if contact.manifest[:SIGNED_HEAD_SIZE] else b""
    head = contact.manifest[:SIGNED_HEAD_SIZE] if entries else contact.head
    return Person(
        account=contact.account,
        handle=contact.handle,
        relay=contact.relay,
        pin=contact.pin,
        name=contact.name,
        standing=contact.standing,
        decided=contact.trust,
        head=head,
        entries=entries,
        token=contact.token,
        added=contact.added,
    )
