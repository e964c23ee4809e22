"""What was said and sealed for nobody yet: it can still be other words, or nothing at all.

    counter 4   5   6        said, none of them sealed
            4       5        5 taken back: what follows is counted and chained anew

As soon as one copy is sealed its bytes are final, and may be with the relay already.
Spec: docs/spec/08-state.md §15.3.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from doorless_client.core.conversations import Conversations
from doorless_client.core.extras import quote_in
from doorless_client.core.state import State
from doorless_client.core.views import State as Reach
from doorless_client.store.records import NOT_SAID, Contact, Copy, Entry, Outgoing
from doorless_protocol.content import Content, Text


class Unsaid:
    """All of it runs inside a change."""

    def __init__(self, state: State, conversations: Conversations) -> None:
        self._state, self._store, self._conversations = state, state.store, conversations

    def rewrite(self, contact: Contact, row: Entry, text: str) -> bool:
        """Let it be said with other words. False: it may have left; nothing was changed."""
        return self._say_instead(contact, row, lambda said: replace(said, text=text))

    def unquote(self, contact: Contact, row: Entry) -> None:
        """Let what is said of this message repeat none of its words, as far as none of it left."""
        for extra in self._store.extras.find(conversation=row.conversation, quoted=row.id):
            quote = quote_in(extra)
            answer = self._store.messages.get(row.conversation, extra.place)
            if quote is None or quote.author != row.account or answer is None:
                continue
            if answer.mine and answer.state == Reach.WAITING:
                self._say_instead(contact, answer, _without_quoted_words)

    def _say_instead(self, contact: Contact, row: Entry, other: Callable[[Text], Text]) -> bool:
        waiting = self._from(contact, row)
        if waiting is None:
            return False
        (_, said), *_ = waiting
        body = said.say()
        if not isinstance(body, Text):
            return False
        replaced = Content.saying(
            other(body),
            id=said.id,
            counter=said.counter,
            previous=said.previous,
            conversation=said.conversation,
            time=said.time,
            gossip=said.gossip,
        )
        self._chain([(waiting[0][0], replaced), *waiting[1:]], said)
        return True

    def take_back(self, contact: Contact, row: Entry) -> bool:
        """Let it never be said. False: it may have left; nothing was changed."""
        waiting = self._from(contact, row)
        if waiting is None:
            return False
        (items, said), *later = waiting
        for item in items:
            self._store.outbox.drop(item.number)
        self._chain(later, said)
        return True

    def _from(self, contact: Contact, row: Entry) -> list[tuple[list[Outgoing], Content]] | None:
        """It and all that was said after it, in order, each with what waits of it.

        None: any of that was sealed, or has left.
        """
        said: dict[bytes, tuple[list[Outgoing], Content]] = {}
        for item in self._store.outbox.find(conversation=contact.conversation):
            if item.place != NOT_SAID:
                items, _ = said.setdefault(item.id, ([], Content.decode(item.content)))
                items.append(item)
        if row.id not in said:
            return None
        first = said[row.id][1].counter
        later = sorted(
            (each for each in said.values() if each[1].counter >= first),
            key=lambda each: each[1].counter,
        )
        if len(later) != self._conversations.next_counter(contact) - first:
            return None
        if any(
            is_sealed(self._store.copies.find(number=item.number))
            for items, _ in later
            for item in items
        ):
            return None
        return None if any(item.device for items, _ in later for item in items) else later

    def _chain(self, waiting: list[tuple[list[Outgoing], Content]], before: Content) -> None:
        """Count what waits from the place of `before` on, and have each name the one before it."""
        counter, previous = before.counter, before.previous
        for items, said in waiting:
            chained = replace(said, counter=counter, previous=previous)
            for item in items:
                self._store.outbox.put(replace(item, content=chained.encode()))
            counter, previous = counter + 1, chained.digest()
        self._conversations.count_from(before.conversation, counter, previous)


def is_sealed(copies: Sequence[Copy]) -> bool:
    """Whether anybody could hold it already, for all that we know."""
    return bool(copies)


def _without_quoted_words(said: Text) -> Text:
    return said if said.quote is None else replace(said, quote=replace(said.quote, text=""))
