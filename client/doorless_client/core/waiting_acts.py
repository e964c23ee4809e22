"""What overtook the message that it is about: kept a while, done when it comes, never answered.

Spec: docs/spec/06-content.md §3.13.
"""

from collections.abc import Sequence

from doorless_client.core.acts import Act, author_of
from doorless_client.core.state import State
from doorless_client.store.records import Contact
from doorless_client.store.talk_records import WaitingAct
from doorless_protocol.content import Content

MAX_WAITING = 64
"""Acts of one account that wait; a peer makes us keep no more. Spec: §3.13."""

WAITS_FOR = 14 * 86_400
"""Seconds, as long as a message may lie at a relay."""


class WaitingActs:
    """All of it runs inside a change."""

    def __init__(self, state: State) -> None:
        self._state, self._rows = state, state.store.waiting_acts
        self._awaited = {self._key(row) for row in self._rows.find()}  # or were: see `take`

    def put(self, contact: Contact, by: bytes, device: bytes, content: Content, act: Act) -> None:
        if len(self._rows.find(conversation=contact.conversation, by=by)) >= MAX_WAITING:
            return
        row = WaitingAct(
            conversation=contact.conversation,
            author=author_of(act, by),
            id=act.id,
            act=content.id,
            by=by,
            device=device,
            content=content.encode(),
            received=self._state.now(),
        )
        self._rows.put(row)
        self._awaited.add(self._key(row))

    def holds(self, conversation: bytes, by: bytes, act: bytes) -> bool:
        return bool(self._rows.find(conversation=conversation, by=by, act=act))

    def take(self, contact: Contact, author: bytes, id: bytes) -> Sequence[WaitingAct]:
        """What waited for this message, in the order of its saying; from now on nothing does.

        It asks memory first: for nearly every message nothing waited. What is remembered there
        of a change that was taken back costs one question, and hides nothing.
        """
        if (contact.conversation, author, id) not in self._awaited:
            return ()
        rows = self._rows.find(conversation=contact.conversation, author=author, id=id)
        self._rows.clear(conversation=contact.conversation, author=author, id=id)
        return sorted(rows, key=lambda row: Content.decode(row.content).time)

    def expire(self) -> None:
        now = self._state.now()
        earliest = self._rows.least("received")
        if isinstance(earliest, int) and now - earliest > WAITS_FOR:
            for row in self._rows.find():
                if now - row.received > WAITS_FOR:
                    self._rows.drop(row.conversation, row.author, row.id, row.act)

    @staticmethod
    def _key(row: WaitingAct) -> tuple[bytes, bytes, bytes]:
        return row.conversation, row.author, row.id
