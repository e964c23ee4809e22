"""The person looked at a conversation: receipts are owed, our other devices told, countdowns begin.

Spec: docs/spec/08-state.md §9, §15.6.
"""

from typing import Final

import msgspec

from doorless_client.core.conversations import Conversations
from doorless_client.core.fading import Fading
from doorless_client.core.fleet import Fleet
from doorless_client.core.receipts import Receipts
from doorless_client.core.state import State
from doorless_client.core.views import Standing
from doorless_client.store.records import Contact, is_news

STEP: Final = 512
"""Places that are marked in one change: of messages that begin to disappear, in some 40 ms."""


class Reading:
    def __init__(
        self,
        state: State,
        conversations: Conversations,
        receipts: Receipts,
        fleet: Fleet,
        fading: Fading,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._receipts = conversations, receipts
        self._fleet, self._fading = fleet, fading

    def mark(self, contact: Contact) -> bool:
        """All that is there was seen: `STEP` of it for now. Whether there is more."""
        length = self._store.messages.length(contact.conversation)
        if contact.seen >= length:
            return False
        upto = min(length, contact.seen + STEP)
        with self._state.change():
            heard = [
                entry
                for entry in self._store.messages.slice(contact.conversation, contact.seen, upto)
                if is_news(entry) and entry.id
            ]
            for entry in heard:
                self._receipts.owe(contact, entry.id, read=True)
            self._fading.seen(contact, contact.seen, upto)
            if heard and contact.standing != Standing.REQUEST.value:
                self._fleet.tell_read(contact.account, heard[-1].id)
            self._store.contacts.put(msgspec.structs.replace(contact, seen=upto))
            self._conversations.show_chat(contact)
        return upto < length
