"""Receipts, gathered and delayed: an answer at once would tell the relay who heard whom.

Only to contacts, only into confirmed sessions, only for what they themselves said.
Spec: docs/spec/08-state.md §9.
"""

import msgspec

from doorless_client.core import settings
from doorless_client.core.conversations import Conversations
from doorless_client.core.drawn import between
from doorless_client.core.effects import Wake
from doorless_client.core.outbox import Outbox
from doorless_client.core.state import State
from doorless_client.core.views import Standing, Trust
from doorless_client.store.receipt_records import ReceiptDue
from doorless_client.store.records import Contact
from doorless_protocol.content import MAX_RECEIPTS, Receipt

UNTIL_CONFIRMED = float(2**53)
"""The time at which a receipt is due whose session is not confirmed: none."""

ID_SIZE = 16
"""Bytes of a content's id."""


class Receipts:
    """All of it but the question runs inside a change."""

    def __init__(self, state: State, conversations: Conversations, outbox: Outbox) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._outbox = conversations, outbox
        self._gathering: dict[bytes, float] = {}  # when the receipts drawn last are due

    def owe(self, contact: Contact, id: bytes, *, read: bool) -> None:
        """A receipt for what this contact said, if the settings allow it, after a while."""
        owed = contact.conversation, read, id
        self._state.at_end(("receipts", contact.conversation, read), self._owe_all, owed)

    def _owe_all(self, owed: list[tuple[bytes, bool, bytes]]) -> None:
        """Of one contact and kind."""
        (conversation, read, _), ids = owed[0], [id for _, _, id in owed]
        chosen = settings.load(self._store)
        if not (chosen.read_receipts if read else chosen.delivery_receipts):
            return
        contact = self._store.contacts.get(conversation)
        if contact is None or contact.standing != Standing.CONTACT.value:
            return
        confirmed = self._conversations.has_confirmed(contact)
        due = self._due(contact) if confirmed else UNTIL_CONFIRMED
        last = self._store.receipts_due.last()
        number = last.number + 1 if last else 0
        for at in range(0, len(ids), MAX_RECEIPTS):
            some = b"".join(ids[at : at + MAX_RECEIPTS])
            self._store.receipts_due.put(ReceiptDue(number, conversation, read, due, some))
            number += 1
        self._state.emit(Wake())

    def release(self, contact: Contact) -> None:
        """A session was confirmed: what waited for it is due in a while."""
        due = self._due(contact)
        for row in self._store.receipts_due.find(
            conversation=contact.conversation, due=UNTIL_CONFIRMED
        ):
            self._store.receipts_due.put(msgspec.structs.replace(row, due=due))

    def _due(self, contact: Contact) -> float:
        """With the others that wait for the same contact, or after a delay drawn at random."""
        now, gathering = self._state.clock(), self._gathering.get(contact.conversation, 0.0)
        if gathering <= now:
            least, most = settings.load(self._store).receipt_delay
            gathering = now + between(least, most, self._state.random(4))
            self._gathering[contact.conversation] = gathering
        return gathering

    def next_due(self) -> float | None:
        """When the next receipt is due."""
        due = self._store.receipts_due.least("due")
        return float(due) if due not in (None, UNTIL_CONFIRMED) else None

    def send_due(self) -> None:
        """Queue the receipts whose time has come, gathered for each contact."""
        now = self._state.clock()
        rows = [row for row in self._store.receipts_due.find() if row.due <= now]
        for conversation in dict.fromkeys(row.conversation for row in rows):
            contact = self._store.contacts.get(conversation)
            owed = [row for row in rows if row.conversation == conversation]
            for row in owed:
                self._store.receipts_due.drop(row.number)
            if contact is None or contact.trust == Trust.CHANGED.value:
                continue
            if contact.standing != Standing.CONTACT.value:
                continue
            for read in (False, True):
                ids = b"".join(row.ids for row in owed if row.read is read)
                self._send(contact, ids_in(ids), read=read)

    def _send(self, contact: Contact, ids: list[bytes], *, read: bool) -> None:
        for at in range(0, len(ids), MAX_RECEIPTS):
            self._outbox.say(contact, Receipt(tuple(ids[at : at + MAX_RECEIPTS]), read))


def ids_in(ids: bytes) -> list[bytes]:
    return [ids[at : at + ID_SIZE] for at in range(0, len(ids), ID_SIZE)]
