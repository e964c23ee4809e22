"""A conversation by position, read from the store as asked."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from doorless_client.core.conversations import Conversations
from doorless_client.core.order import Order, order_of
from doorless_client.core.views import Message
from doorless_client.store.base import Store
from doorless_client.store.records import READ_ELSEWHERE, Contact, Entry, is_news


class StoredHistory:
    """api.History over the store. Of a forgotten contact, an empty one."""

    def __init__(self, store: Store, conversations: Conversations, contact: Contact) -> None:
        self._store, self._conversations, self._contact = store, conversations, contact

    def __len__(self) -> int:
        key = self._contact.conversation
        return self._store.messages.length(key) - order_of(self._store, key).gone

    def slice(self, start: int, stop: int) -> Sequence[Message]:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return []
        order = order_of(self._store, contact.conversation)
        runs = order.runs(max(start, 0), min(stop, len(self)))
        return self._conversations.messages(contact, runs)

    def lengths(self, chunk: int) -> Sequence[int]:
        key = self._contact.conversation
        order = order_of(self._store, key)
        if not order.gone:
            return self._store.messages.chars(key, chunk)
        return self._lengths_of_what_is_left(order, chunk) if len(self) else []

    def _lengths_of_what_is_left(self, order: Order, chunk: int) -> Sequence[int]:
        """Near enough for an estimate: what is gone has no characters, and is not looked for."""
        below = [0, *accumulate(self._store.messages.chars(self._contact.conversation, chunk))]

        def characters_before(place: int) -> int:
            run, inside = divmod(place, chunk)
            if run + 1 >= len(below):
                return below[-1]
            return below[run] + (below[run + 1] - below[run]) * inside // chunk

        starts = [*map(order.place, range(chunk, len(self), chunk))]
        return [
            characters_before(end) - characters_before(start)
            for start, end in pairwise([0, *starts, 2**53])
        ]

    def first_unread(self) -> int | None:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return None
        rows, key = self._store.messages, contact.conversation
        order = order_of(self._store, key)
        unread = [row.place for row in order.late if row.place >= contact.seen]
        if order.gone:
            unread += range(contact.seen, rows.length(key))
        else:
            _, first = rows.unread(key, contact.seen)
            unread += [first] if first is not None else []
        unread = [place for place in unread if self._is_news(rows.get(key, place), order)]
        return min(map(order.position, unread), default=None)

    def _is_news(self, row: Entry | None, order: Order) -> bool:
        return row is not None and is_news(row) and not order.is_gone(row.place)

    def unread(self) -> Sequence[Message]:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return []
        key = contact.conversation
        order, end = order_of(self._store, key), self._store.messages.length(key)
        rows = self._store.messages.slice(key, contact.seen, end)
        places = [
            range(row.place, row.place + 1)
            for row in rows
            if not row.mine and row.state != READ_ELSEWHERE and not order.is_gone(row.place)
        ]
        return self._conversations.messages(contact, places)
