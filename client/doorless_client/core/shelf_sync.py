"""How chats are arranged, told to our other devices and heard of them.

Two devices may arrange the same chat at the same time: what was chosen later stands on both, by
the clock of who chose it; of one that is ahead, by no more than our own.
Spec: docs/spec/11-devices.md §5.8.
"""

import msgspec

from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.shelf_rows import (
    SELF,
    archived_from,
    is_archived,
    note_row,
    shelf_of,
)
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_client.store.records import Contact
from doorless_client.store.talk_records import Shelf
from doorless_protocol.own_content import Arranged


class ShelfSync:
    """All of it runs inside a change."""

    def __init__(
        self, state: State, conversations: Conversations, contacts: Contacts, telling: Telling
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts, self._telling = conversations, contacts, telling

    def keep(self, contact: Contact, row: Shelf) -> None:
        """The person chose this, here: show it, and tell our other devices."""
        changed = max(int(self._state.clock() * 1000), row.changed + 1)
        self._store.shelf.put(msgspec.structs.replace(row, changed=changed))
        self._conversations.show_chat(contact)
        self.tell(contact)

    def tell(self, contact: Contact, *, device: bytes = b"") -> None:
        """To all our other devices, or to one that was just linked."""
        row = self._store.shelf.get(contact.conversation)
        if row is None and contact.account != SELF:
            return
        self._telling.tell(self._notice(contact, row or Shelf(contact.conversation)), device=device)

    def _notice(self, contact: Contact, row: Shelf) -> Arranged:
        return Arranged(
            account=contact.account,
            pinned=row.pinned,
            muted_until=row.muted_until,
            archived=is_archived(self._store, row, self._state.now()),
            marked_unread=row.marked_unread,
            own_name=row.own_name,
            at=row.changed,
        )

    def hear(self, said: Arranged) -> Contact | None:
        """Follow another device of ours. Returns the conversation with ourselves if it is new."""
        known = self._contacts.with_account(said.account)
        contact = note_row(self._state) if known is None and said.account == SELF else known
        if contact is None:
            return None  # forgotten here, or not told of yet: nothing to arrange
        row = shelf_of(self._store, contact.conversation)
        followed = self._followed(row, said)
        at = min(said.at, int(self._state.clock() * 1000))
        if (at, _values(followed)) > (row.changed, _values(row)):
            self._store.shelf.put(msgspec.structs.replace(followed, changed=at))
        self._conversations.show_chat(contact)
        return contact if known is None else None

    def _followed(self, row: Shelf, said: Arranged) -> Shelf:
        archived = 0
        if said.archived:
            is_away = is_archived(self._store, row, self._state.now())
            archived = row.archived if is_away else archived_from(self._store, row.conversation)
        return msgspec.structs.replace(
            row,
            pinned=said.pinned,
            muted_until=said.muted_until,
            archived=archived,
            marked_unread=said.marked_unread,
            own_name=said.own_name,
        )


def _values(row: Shelf) -> tuple[bool, int, bool, bool, str]:
    return (row.pinned, row.muted_until, bool(row.archived), row.marked_unread, row.own_name)
