"""What was said: stored in the order of coming, shown in the order that each device said it.

Spec: docs/spec/08-state.md §6, §7.
"""

from collections.abc import Iterable, Sequence

import msgspec

from doorless_client.core import present
from doorless_client.core.checked import entry_of, is_checked, is_replaced, relay_and_label
from doorless_client.core.logs import Logs
from doorless_client.core.order import order_of
from doorless_client.core.shelf_rows import arranged, in_order, is_note
from doorless_client.core.state import State
from doorless_client.core.views import (
    Chat,
    ChatChanged,
    Details,
    Kind,
    Message,
    MessageAdded,
    MessageChanged,
    Standing,
    Trust,
    WireView,
)
from doorless_client.core.views import State as Reach
from doorless_client.core.voices import UNCOUNTED, Voices
from doorless_client.store.records import Contact, Entry, Late, Wire
from doorless_protocol.content import GOSSIP_BYTES, Body, Content, Text
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.log import gossip
from doorless_protocol.session import Session

CANNOT_SHOW = "your version of doorless cannot show this"
CONTRADICTS = "it does not follow what this device said before"
LATE = "arrived late"


class Conversations:
    """Contents in and out, as rows and as what is shown of them."""

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._voices, self._logs = Voices(state.store), Logs(state)
        self._typing: dict[bytes, float] = {}

    # --- saying ------------------------------------------------------------------------------

    def say(self, contact: Contact, body: Body, *, id: bytes = b"") -> Content:
        """The content that says `body` next. Inside a change; counted when it will be shown.

        What a text says of the key log is left open until it is sealed: `gossip`.
        """
        theirs = AccountId(contact.account)
        conversation = conversation_id(self._state.account, theirs)
        device = self._state.keys.device
        voice = self._voices.of(conversation, device)
        content = Content.saying(
            body,
            id=id or self._state.random(16),
            counter=voice.next,
            previous=voice.last,
            conversation=conversation,
            time=int(self._state.clock() * 1000),
            gossip=bytes(GOSSIP_BYTES) if isinstance(body, Text) else b"",
        )
        if not isinstance(body, UNCOUNTED):
            self._voices.say(content, device)
        return content

    def preview(self, contact: Contact, body: Body) -> bytes:
        """The encoding that saying `body` now would have. Nothing is counted."""
        content = Content.saying(
            body,
            id=bytes(16),
            counter=self._next_counter(contact),
            previous=bytes(32),
            conversation=bytes(32),
            time=int(self._state.clock() * 1000),
            gossip=bytes(GOSSIP_BYTES) if isinstance(body, Text) else b"",
        )
        return content.encode()

    def gossip(self, contact: Contact) -> bytes:
        """What a text that is sealed now says of the key log: always as many bytes.

        Nothing of whom nobody vouches for: our own relay's log may be another one than theirs.
        """
        relay, label = entry_of(contact)
        view = self._logs.view(relay)
        if view is None:
            return bytes(GOSSIP_BYTES)
        return gossip.say(view, self._logs.own(), self._logs.pin(relay, label))

    def _next_counter(self, contact: Contact) -> int:
        conversation = conversation_id(self._state.account, AccountId(contact.account))
        return self._voices.of(conversation, self._state.keys.device).next

    def add_own(self, contact: Contact, content: Content, text: str) -> Entry:
        return self._add(
            contact,
            id=content.id,
            mine=True,
            account=self._state.account,
            device=self._state.keys.device,
            at=content.time,
            kind=Kind.TEXT,
            text=text,
            state=self._first_state(contact),
        )

    def _first_state(self, contact: Contact) -> Reach:
        """A note for nobody but this device is where it should be at once."""
        stays = is_note(contact) and len(self._state.manifest.entries) == 1
        return Reach.RECEIVED if stays else Reach.WAITING

    # --- hearing -----------------------------------------------------------------------------

    def add_heard(
        self,
        contact: Contact,
        content: Content,
        device: bytes,
        text: str | None,
        *,
        from_own: bool = False,
    ) -> Entry | None:
        """Store what a device said; None when it is there already. `text` None: of a later kind."""
        account = self._state.account if from_own else contact.account
        if self._find(contact, content.id, account):
            return None
        heard = self._voices.hear(
            content, device, self._store.messages.length(contact.conversation)
        )
        if heard.late_for is not None:
            self._stand_late(contact, heard.late_for, content.counter)
        notes = ((LATE, heard.late_for is not None), (CONTRADICTS, heard.contradicts))
        return self._add(
            contact,
            id=content.id,
            mine=from_own,
            account=account,
            device=device,
            at=content.time,
            kind=Kind.UNKNOWN if text is None else Kind.TEXT,
            text=CANNOT_SHOW if text is None else text,
            state=Reach.SENT if from_own else _heard_state(contact),
            gap=heard.gap,
            note="; ".join(words for words, said in notes if said),
            raw=content.encode() if text is None else b"",
        )

    def note(self, contact: Contact, text: str) -> None:
        """One line of our own among what was said: a key changed, a device came."""
        self._add(
            contact,
            id=b"",
            mine=False,
            account=contact.account,
            device=bytes(16),
            at=int(self._state.clock() * 1000),
            kind=Kind.NOTE,
            text=text,
            state=Reach.RECEIVED,
        )

    def reach(self, contact: Contact, id: bytes, state: Reach) -> bool:
        """One of our messages came further. Unknown ids and steps back change nothing."""
        row = self._find(contact, id, self._state.account)
        if row is None or not Reach.WAITING <= row.state < state <= Reach.READ:
            return False
        self._replace(contact, msgspec.structs.replace(row, state=int(state)))
        return True

    def fail(self, contact: Contact, place: int, why: str) -> None:
        """Give one of our waiting messages up."""
        row = self._store.messages.get(contact.conversation, place)
        if row is not None and row.state == Reach.WAITING:
            failed = msgspec.structs.replace(row, state=int(Reach.FAILED), note=why)
            self._replace(contact, failed)

    def receive_all(self, contact: Contact) -> list[bytes]:
        """The messages of a request are a contact's from now on; returns their ids."""
        rows = self._store.messages.find(
            conversation=contact.conversation, state=int(Reach.REQUEST)
        )
        for row in rows:
            self._replace(contact, msgspec.structs.replace(row, state=int(Reach.RECEIVED)))
        return [row.id for row in rows]

    def put_wire(self, row: Wire) -> None:
        self._store.wires.put(row)

    # --- showing -----------------------------------------------------------------------------

    def chats(self) -> Sequence[Chat]:
        return in_order(self.chat(contact) for contact in self._store.contacts.find())

    def chat(self, contact: Contact) -> Chat:
        rows = self._store.messages
        length = rows.length(contact.conversation)
        shown = present.chat(
            contact,
            rows.get(contact.conversation, length - 1) if length else None,
            unread=rows.unread(contact.conversation, contact.seen)[0],
            confirmed=self.is_confirmed(contact),
            typing=contact.conversation in self._typing,
            replaced=self._is_replaced(contact),
        )
        return arranged(shown, contact, self._state)

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
        order = order_of(self._store, contact.conversation)
        return present.message(row, contact, str(self._state.address), order)

    def messages(self, contact: Contact, places: Iterable[range]) -> Sequence[Message]:
        """Those stored at each run of places."""
        key, ours = contact.conversation, str(self._state.address)
        order = order_of(self._store, key)
        return [
            present.message(row, contact, ours, order)
            for run in places
            for row in self._store.messages.slice(key, run.start, run.stop)
        ]

    def wire(self, message: Message) -> WireView | None:
        place = order_of(self._store, message.conversation).place(message.position)
        row = self._store.wires.get(message.conversation, place)
        return present.wire(row) if row else None

    def show_chat(self, contact: Contact) -> None:
        """Tell how its row in the list looks once the open change is done."""
        key = contact.conversation
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

    # --- rows --------------------------------------------------------------------------------

    def _add(
        self,
        contact: Contact,
        *,
        id: bytes,
        mine: bool,
        account: bytes,
        device: bytes,
        at: int,
        kind: Kind,
        text: str,
        state: Reach,
        gap: int = 0,
        note: str = "",
        raw: bytes = b"",
    ) -> Entry:
        row = Entry(
            conversation=contact.conversation,
            place=self._store.messages.length(contact.conversation),
            id=id,
            mine=mine,
            account=account,
            device=device,
            at=at,
            received=self._state.now(),
            kind=kind.value,
            text=text,
            chars=len(text),
            state=int(state),
            gap=gap,
            note=note,
            raw=raw,
        )
        self._store.messages.put(row)
        self._state.show(MessageAdded(self.message(contact, row)))
        self.show_chat(contact)
        return row

    def _replace(self, contact: Contact, row: Entry) -> None:
        self._store.messages.put(row)
        self._state.show(MessageChanged(self.message(contact, row)))
        self.show_chat(contact)

    def _find(self, contact: Contact, id: bytes, account: bytes) -> Entry | None:
        return self._store.messages.with_id(contact.conversation, id, account)

    def _stand_late(self, contact: Contact, place: int, counter: int) -> None:
        """What comes next is shown before the message at `place`, whose gap it closes by one."""
        own = self._store.messages.length(contact.conversation)
        self._store.late.put(Late(contact.conversation, own, place, counter))
        row = self._store.messages.get(contact.conversation, place)
        if row is not None and row.gap:
            self._replace(contact, msgspec.structs.replace(row, gap=row.gap - 1))


def _heard_state(contact: Contact) -> Reach:
    return Reach.REQUEST if contact.standing == Standing.REQUEST.value else Reach.RECEIVED
