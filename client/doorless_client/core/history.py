"""A conversation by place, read from the store as asked."""

from collections.abc import Sequence

from doorless_client.core.conversations import Conversations
from doorless_client.core.views import Message
from doorless_client.store.base import Store
from doorless_client.store.records import Contact


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
        return self._conversations.messages(contact, max(start, 0), stop)

    def lengths(self, chunk: int) -> Sequence[int]:
        return self._store.messages.chars(self._contact.conversation, chunk)

    def first_unread(self) -> int | None:
        contact = self._store.contacts.get(self._contact.conversation)
        if contact is None:
            return None
        return self._store.messages.unread(contact.conversation, contact.seen)[1]
