"""Messages found by their words: here or everywhere, in what this computer stores.

The index is brought up to date in small steps, when nothing else is going on: taking in a
message must cost a catch-up nothing. Spec: docs/spec/08-state.md §17.2.
"""

from collections.abc import Sequence
from typing import Final

from doorless_client.core.conversations import Conversations
from doorless_client.core.shelf_api import Found
from doorless_client.core.state import State
from doorless_client.store.records import Entry
from doorless_client.store.words import spans, wanted

STEP: Final = 128
"""Messages that one step takes in: about 5 ms, which nobody notices while they type."""

MOST: Final = 1000
"""Messages that one search returns at most."""


class Searching:
    def __init__(self, state: State, conversations: Conversations) -> None:
        self._store, self._conversations = state.store, conversations

    def search(
        self, words: str, conversation: bytes | None = None, *, at_most: int = 200
    ) -> Sequence[Found]:
        """Messages that have all the words, the last of which may be a beginning, newest first."""
        search = wanted(words)
        if not search:
            return []
        rows = self._store.words.find(words, conversation, max(1, min(at_most, MOST)))
        by_chat: dict[bytes, list[Entry]] = {}
        for row in rows:
            by_chat.setdefault(row.conversation, []).append(row)
        found: list[Found] = []
        for key, held in by_chat.items():
            if (contact := self._store.contacts.get(key)) is not None:
                chat = self._conversations.chat(contact)
                found += [
                    Found(message, chat, spans(message.text, search))
                    for message in self._conversations.these(contact, held)
                ]
        return sorted(found, key=lambda one: one.message.received, reverse=True)

    def must_wait(self) -> bool:
        """Whether something goes that must not come into the index again: core/sweeping.py."""
        return self._store.words.is_emptying() or bool(self._store.contacts.parted())

    def step(self) -> bool:
        """Take some more messages into the index; returns whether more wait."""
        with self._store.transaction():
            return self._store.words.fill(STEP) == STEP
