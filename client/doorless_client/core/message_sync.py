"""What the person did with messages on one device, told to the others: pinned, hidden, timers.

What is said to others (reactions, edits, deletions, choices of a timer) reaches our other devices
as copies do; only a device that comes later is told a timer. Spec: docs/spec/11-devices.md §5.9.
"""

from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.extras import change_extra
from doorless_client.core.fading import Fading
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_client.core.timers import Timers
from doorless_client.core.unsaid import Unsaid
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Timer
from doorless_protocol.own_content import Hidden, Lasts, Pinned


class MessageSync:
    """All of it runs inside a change."""

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        telling: Telling,
        fading: Fading,
        timers: Timers,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts, self._telling = conversations, contacts, telling
        self._fading, self._timers = fading, timers
        self._unsaid = Unsaid(state, conversations)

    # --- telling -----------------------------------------------------------------------------

    def tell_pinned(self, contact: Contact, row: Entry, *, pinned: bool) -> None:
        self._telling.tell(Pinned(contact.account, row.mine, row.id, pinned))

    def tell_hidden(self, contact: Contact, row: Entry) -> None:
        self._telling.tell(Hidden(contact.account, row.mine, row.id))

    def tell_timer(self, contact: Contact, *, device: bytes) -> None:
        """To a device that was just linked."""
        held = self._timers.of(contact.conversation)
        if held.revision:
            notice = Lasts(contact.account, held.seconds, held.revision, held.id)
            self._telling.tell(notice, device=device)

    # --- hearing -----------------------------------------------------------------------------

    def hear(self, notice: Pinned | Hidden | Lasts) -> None:
        """Of what is not here, nothing."""
        contact = self._contacts.with_account(notice.account)
        if contact is None:
            return
        if isinstance(notice, Lasts):
            told = Timer(contact.conversation, notice.seconds, notice.revision, notice.id)
            self._timers.follow(contact, told)
            return
        row = self._row(contact, notice)
        if row is None or self._conversations.is_gone(row):
            return
        if isinstance(notice, Hidden):
            self._unsaid.unquote(contact, row)
            self._fading.end(row.conversation, row.place)
        else:
            change_extra(self._store, row, pinned=notice.pinned)
            self._conversations.replace(contact, row)

    def _row(self, contact: Contact, notice: Pinned | Hidden) -> Entry | None:
        account = self._state.account if notice.mine else contact.account
        return self._conversations.find(contact, notice.id, account)

    def hear_read(self, contact: Contact, start: int, stop: int) -> None:
        """Another device of ours showed what is stored here at these places."""
        self._fading.seen(contact, start, stop)
