"""How conversations look: rows of the chat list, messages in their order, facts of a contact.

Spec: docs/spec/08-state.md §7, §10.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from doorless_client.core import present
from doorless_client.core.beside import beside
from doorless_client.core.checked import is_checked, is_replaced, relay_and_label
from doorless_client.core.extras import extras_of
from doorless_client.core.logs import Logs
from doorless_client.core.order import Order, order_of
from doorless_client.core.parts import Parts
from doorless_client.core.picked import picked
from doorless_client.core.shelf_rows import arranged, in_order
from doorless_client.core.state import State
from doorless_client.core.views import (
    Chat,
    ChatChanged,
    Details,
    Kind,
    Message,
    Trust,
    WireView,
)
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Entry
from doorless_client.store.talk_records import Extra
from doorless_protocol.session import Session


class Showing:
    """The half of Conversations that only looks; and who is writing, which nothing stores."""

    _state: State
    _store: Store
    _logs: Logs
    _typing: dict[bytes, float]
    parts: Parts

    def chats(self) -> Sequence[Chat]:
        return in_order(self.chat(contact) for contact in self._store.contacts.find())

    def chat(self, contact: Contact) -> Chat:
        rows = self._store.messages
        shown = present.chat(
            contact,
            self._newest(contact.conversation),
            unread=rows.unread(contact.conversation, contact.seen)[0],
            confirmed=self.is_confirmed(contact),
            typing=contact.conversation in self._typing,
            replaced=self._is_replaced(contact),
        )
        timer = self._store.timers.get(contact.conversation)
        return replace(
            arranged(shown, contact, self._state), lasts=timer.seconds if timer is not None else 0
        )

    def _newest(self, conversation: bytes) -> Entry | None:
        """What is shown last, as it is shown in a list."""
        order = order_of(self._store, conversation)
        length = self._store.messages.length(conversation) - order.gone
        if not length:
            return None
        row = self._store.messages.get(conversation, order.place(length - 1))
        if row is None or row.text or row.kind != Kind.TEXT.value:
            return row
        return msgspec.structs.replace(row, text=self.parts.stands_for(row))

    def details(self, contact: Contact) -> Details:
        sessions = self._state.sessions.with_account(contact.account)
        return present.details(
            contact,
            devices=len(self._store.devices.find(account=contact.account)),
            confirmed=self.is_confirmed(contact),
            last_resort=any(session.last_resort for session in sessions),
            healed=min((session.healed for session in self._sending(contact)), default=None),
            checked=self._is_logged(contact),
            replaced=self._is_replaced(contact),
        )

    def _is_logged(self, contact: Contact) -> bool:
        relay, _ = relay_and_label(contact, self._state.own.relay)
        if self._logs.view(relay) is None or self._waits(contact):
            return False
        return self.is_checked(contact)

    def _is_replaced(self, contact: Contact) -> bool:
        """Whether to say so: whoever compared these very keys knows better than the log."""
        return contact.trust != Trust.VERIFIED.value and self._waits(contact)

    def _waits(self, contact: Contact) -> bool:
        return is_replaced(self._store, contact, self._state.own.relay)

    def is_confirmed(self, contact: Contact) -> bool:
        """Whether all that is said to them goes into confirmed sessions, to proven keys."""
        sending = self._sending(contact)
        if not self.is_checked(contact):
            return False
        return bool(sending) and all(session.confirmed for session in sending)

    def is_checked(self, contact: Contact) -> bool:
        """Whether their relay's key log, if it has one, vouches for them."""
        return is_checked(self._store, contact, self._state.own.relay)

    def has_confirmed(self, contact: Contact) -> bool:
        """Whether what goes into confirmed sessions alone has one to go into."""
        if not self.is_checked(contact):
            return False
        return any(session.confirmed for session in self._sending(contact))

    def _sending(self, contact: Contact) -> list[Session]:
        sessions = self._state.sessions.with_account(contact.account)
        return [session for session in sessions if session.may_send]

    def message(self, contact: Contact, row: Entry) -> Message:
        extra = self._store.extras.get(row.conversation, row.place)
        return self.shown(contact, row, order_of(self._store, contact.conversation), extra)

    def messages(self, contact: Contact, places: Iterable[range]) -> Sequence[Message]:
        """Those stored at each run of places."""
        key, runs = contact.conversation, list(places)
        rows = [row for run in runs for row in self._store.messages.slice(key, run.start, run.stop)]
        return self.these(contact, rows)

    def these(self, contact: Contact, rows: Sequence[Entry]) -> Sequence[Message]:
        """Messages of one conversation, without those that are shown no more."""
        key = contact.conversation
        order = order_of(self._store, key)
        extras = self.extras(key, [row.place for row in rows])
        return [
            self.shown(contact, row, order, extras.get(row.place))
            for row in rows
            if not order.is_gone(row.place)
        ]

    def shown(self, contact: Contact, row: Entry, order: Order, extra: Extra | None) -> Message:
        ours = str(self._state.address) if row.mine else ""
        shown = present.message(row, contact, ours, order)
        return shown if extra is None else self.parts.added(shown, contact, row, extra, order)

    def extras(self, conversation: bytes, places: Iterable[int]) -> dict[int, Extra]:
        """What the messages there have beside their words, by place; and what some others have."""
        return extras_of(self._store, conversation, places)

    def wire(self, message: Message) -> WireView | None:
        contact = self._store.contacts.get(message.conversation)
        shown = contact and picked(self._store, contact, self._state.account, message)
        row = self._store.wires.get(shown.conversation, shown.place) if shown else None
        if row is None:
            return None
        said_of_it = beside(self._store, message.conversation, message.id)
        return replace(present.wire(row), beside=said_of_it)

    def show_chat(self, contact: Contact) -> None:
        """Tell how its row in the list looks once the open change is done."""
        key = contact.conversation
        if not self._state.shows_last(key):
            self._state.show_last(key, lambda: self._chat_changed(key))

    def _chat_changed(self, conversation: bytes) -> ChatChanged | None:
        contact = self._store.contacts.get(conversation)
        return ChatChanged(self.chat(contact)) if contact else None

    # --- typing: in memory alone -------------------------------------------------------------

    def set_typing(self, contact: Contact, until: float | None) -> None:
        """They are writing, for all we know until then; None: they stopped."""
        known = self._typing.pop(contact.conversation, None)
        if until is not None:
            self._typing[contact.conversation] = until
        if (known is None) != (until is None):
            self.show_chat(contact)

    def expire_typing(self, now: float) -> None:
        for conversation, until in list(self._typing.items()):
            contact = self._store.contacts.get(conversation)
            if until <= now and contact is not None:
                self.set_typing(contact, None)

    def typing_until(self) -> float | None:
        return min(self._typing.values(), default=None)
