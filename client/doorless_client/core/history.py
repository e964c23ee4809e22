"""A conversation by position, read from the store as asked."""

from collections.abc import Sequence

from doorless_client.core.conversations import Conversations
from doorless_client.core.order import order_of
from doorless_client.core.views import Message
from doorless_client.store.base import Store
from doorless_client.store.records import READ_ELSEWHERE, Contact, is_news


class StoredHistory:
    """api.History over the store. Of a forgotten contact, an empty one."""

    def __init__(self, store: Store, conversations: Conversations, contact: Contact) -> None:
        self._store, self._conversations, self._contact = store, conversations, contact

    def __len__(self) -> int:
        return self._store.messages.length(self._contact.conversation)

    def slice(self, start: int, stop: int) -> Sequence[Message]:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return []
        order = order_of(self._store, contact.conversation)
        runs = order.runs(max(start, 0), min(stop, len(self)))
        return self._conversations.messages(contact, runs)

    def lengths(self, chunk: int) -> Sequence[int]:
        return self._store.messages.chars(self._contact.conversation, chunk)

    def first_unread(self) -> int | None:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return None
        rows, key = self._store.messages, contact.conversation
        order = order_of(self._store, key)
        places = [row.place for row in order.late if row.place >= contact.seen]
        _, first = rows.unread(key, contact.seen)
        unread = [first] if first is not None else []
        unread += [place for place in places if (row := rows.get(key, place)) and is_news(row)]
        return min(map(order.position, unread), default=None)

    def unread(self) -> Sequence[Message]:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return []
        rows = self._store.messages.slice(contact.conversation, contact.seen, len(self))
        places = [
            range(row.place, row.place + 1)
            for row in rows
            if not row.mine and row.state != READ_ELSEWHERE
        ]
        return self._conversations.messages(contact, places)
