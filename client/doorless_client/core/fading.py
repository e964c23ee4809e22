"""Messages that disappear: when the countdown begins, and what goes when it ends.

    ours    the relay has it ───────────┐
    theirs  seen, on any device of ours ─┴─► lasts ──► hidden: shown no more
                                                   └──► gone: words, versions, quotes, wires, file

Many may be due at the same time: all are hidden first, which is quick, and go some at a time.
Times are those of core.steady. Spec: docs/spec/08-state.md §15.6.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from doorless_client.core.conversations import Conversations
from doorless_client.core.erasing import empty, withdraw
from doorless_client.core.extras import change_extra, extra_of
from doorless_client.core.order import take_away
from doorless_client.core.state import State
from doorless_client.core.steady import Steady
from doorless_client.core.views import MessagesGone
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_client.store.talk_records import Fading as FadingRow

HIDDEN: Final = -1
"""`minute` of a message that is shown no more, and is still to go; its time is then `HIDDEN_AT`."""

HIDDEN_AT: Final = 1e18


class Fading:
    def __init__(self, state: State, conversations: Conversations, steady: Steady) -> None:
        self._state, self._store, self._steady = state, state.store, steady
        self._conversations = conversations
        self._hidden = 0

    # --- beginning: inside a change ------------------------------------------------------------

    def begin(self, row: Entry) -> Extra | None:
        """Count down from now on, if it disappears and nothing began yet."""
        extra = self._store.extras.get(row.conversation, row.place)
        if extra is None or not extra.lasts or extra.gone_at:
            return None
        return self.begin_with(row, extra.lasts)

    def begin_with(self, row: Entry, left: float) -> Extra:
        """Args: left: seconds until it is gone."""
        at = self._steady.now() + left
        self._steady.keep()
        self._store.fading.put(FadingRow(row.conversation, row.place, int(at // 60), at))
        return change_extra(self._store, row, gone_at=at)

    def seen(self, contact: Contact, start: int, stop: int) -> None:
        """The person saw what others said at these places."""
        for place in sorted(self._lasting(contact.conversation, start, stop)):
            row = self._store.messages.get(contact.conversation, place)
            if row is not None and not row.mine and self.begin(row) is not None:
                self._conversations.replace(contact, row)

    def _lasting(self, conversation: bytes, start: int, stop: int) -> list[int]:
        extras = self._conversations.extras(conversation, range(start, stop))
        return [
            place
            for place, extra in extras.items()
            if start <= place < stop and extra.lasts and not extra.gone_at
        ]

    def left(self, extra: Extra) -> float:
        """Seconds until a message is gone whose countdown runs."""
        return max(extra.gone_at - self._steady.now(), 0.0)

    # --- ending ------------------------------------------------------------------------------

    def next_time(self) -> float | None:
        """When the next one is gone, by the computer's clock, Unix seconds; a moment late."""
        earliest = self._store.fading.least("at")
        if not isinstance(earliest, int | float) or earliest >= HIDDEN_AT:
            return None
        return self._state.clock() + max(earliest - self._steady.now(), 0.0) + 0.05

    def is_due(self) -> bool:
        """Whether the countdown of any that is shown has ended."""
        earliest = self._store.fading.least("at")
        return isinstance(earliest, int | float) and is_over(earliest, self._steady.now())

    def is_erasing(self) -> bool:
        """Whether words are still there of what is gone."""
        return self._store.fading.least("minute") == HIDDEN

    def hide_some(self, at_most: int) -> bool:
        """Of what is due, so many messages are shown no more. False: none is. Inside a change."""
        now = self._steady.now()
        due = [row for row in self._store.fading.first("at", now, at_most) if is_over(row.at, now)]
        for row in due:
            self._store.fading.put(FadingRow(row.conversation, row.place, HIDDEN, HIDDEN_AT))
        for conversation, places in _by_conversation(due).items():
            self._take_away(conversation, *places)
        if due:
            self._hidden += len(due)
            self._store.words.part_with(self._hidden)
            self._steady.keep()
        return bool(due)

    def erase_some(self, at_most: int) -> bool:
        """Of what is shown no more, so many messages go. False: all went. Inside a change."""
        hidden = self._store.fading.first("minute", HIDDEN, at_most)
        for conversation, places in _by_conversation(hidden).items():
            rows = [self._store.messages.get(conversation, place) for place in places]
            said = [row for row in rows if row is not None]
            withdraw(self._store, conversation, *(row.id for row in said if row.mine))
            for row in said:
                self._erase(row)
            for place in places:
                self._store.fading.drop(conversation, place)
        if not hidden:
            self._hidden = 0
        return bool(hidden)

    def end(self, conversation: bytes, place: int) -> None:
        """This message is shown no more, and nothing of it is left. Inside a change."""
        self._store.fading.drop(conversation, place)
        row = self._store.messages.get(conversation, place)
        if row is None:
            return
        if row.mine:
            withdraw(self._store, conversation, row.id)
        self._erase(row)
        self._take_away(conversation, place)

    def _erase(self, row: Entry) -> None:
        extra = extra_of(self._store, row.conversation, row.place)
        self._conversations.forget_file(row)
        self._conversations.owes_scrub = True
        bare = msgspec.structs.replace(extra, deleted=False, pinned=False)
        empty(self._store, row, bare)

    def _take_away(self, conversation: bytes, *places: int) -> None:
        take_away(self._store, conversation, *places)
        self._state.show_last(b"gone " + conversation, lambda: MessagesGone(conversation))
        contact = self._store.contacts.get(conversation)
        if contact is not None:
            self._conversations.show_chat(contact)


def _by_conversation(rows: Sequence[FadingRow]) -> dict[bytes, list[int]]:
    """The places of each."""
    found: dict[bytes, list[int]] = {}
    for row in rows:
        found.setdefault(row.conversation, []).append(row.place)
    return found


def is_over(at: float, now: float) -> bool:
    """Whether what is gone at that moment is gone now."""
    return at <= now
