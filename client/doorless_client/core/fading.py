"""Messages that disappear: when the countdown begins, and what goes when it ends.

    ours    the relay has it ───────────┐
    theirs  seen, on any device of ours ─┴─► lasts ──► gone: words, versions, quotes, wires, file

Times are those of core.steady. Spec: docs/spec/08-state.md §15.6.
"""

import msgspec

from doorless_client.core.conversations import Conversations
from doorless_client.core.erasing import erase
from doorless_client.core.extras import change_extra, extra_of
from doorless_client.core.order import take_away
from doorless_client.core.state import State
from doorless_client.core.steady import Steady
from doorless_client.core.views import MessagesGone
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_client.store.talk_records import Fading as FadingRow


class Fading:
    def __init__(self, state: State, conversations: Conversations, steady: Steady) -> None:
        self._state, self._store, self._steady = state, state.store, steady
        self._conversations = conversations

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
        if not isinstance(earliest, int | float):
            return None
        return self._state.clock() + max(earliest - self._steady.now(), 0.0) + 0.05

    def tick(self) -> None:
        """Let go what is due; and what went, from the files too."""
        if self._is_due():
            with self._state.change():
                while self._is_due():
                    self._end_of_a_minute()
                self._steady.keep()
        if self._conversations.owes_scrub:
            self._store.scrub()
            self._conversations.owes_scrub = False

    def _is_due(self) -> bool:
        earliest = self._store.fading.least("at")
        return isinstance(earliest, int | float) and is_over(earliest, self._steady.now())

    def _end_of_a_minute(self) -> None:
        """Of the earliest minute in which anything is due."""
        now, earliest = self._steady.now(), self._store.fading.least("at")
        minute = int(float(earliest or 0.0) // 60)
        for due in self._store.fading.find(minute=minute):
            if is_over(due.at, now):
                self.end(due.conversation, due.place)

    def end(self, conversation: bytes, place: int) -> None:
        """This message is shown no more. Inside a change."""
        self._store.fading.drop(conversation, place)
        row = self._store.messages.get(conversation, place)
        if row is None:
            return
        extra = msgspec.structs.replace(
            extra_of(self._store, conversation, place), deleted=False, pinned=False
        )
        self._conversations.forget_file(row)
        self._conversations.owes_scrub = True
        erase(self._store, row, extra)
        take_away(self._store, conversation, place)
        self._state.show_last(b"gone " + conversation, lambda: MessagesGone(conversation))
        contact = self._store.contacts.get(conversation)
        if contact is not None:
            self._conversations.show_chat(contact)


def is_over(at: float, now: float) -> bool:
    """Whether what is gone at that moment is gone now."""
    return at <= now
