"""What was said: stored in the order of coming, shown in the order that each device said it.

Spec: docs/spec/08-state.md §6, §7.
"""

from collections.abc import Callable

import msgspec

from doorless_client.core.arriving import Arrival
from doorless_client.core.checked import entry_of
from doorless_client.core.erasing import without_gone_words
from doorless_client.core.extras import said_beside
from doorless_client.core.logs import Logs
from doorless_client.core.order import order_of
from doorless_client.core.parts import Parts
from doorless_client.core.shelf_rows import is_note
from doorless_client.core.showing import Showing
from doorless_client.core.state import State
from doorless_client.core.views import (
    Kind,
    Message,
    MessageAdded,
    MessageChanged,
    Standing,
)
from doorless_client.core.views import State as Reach
from doorless_client.core.voices import IN_ORDER, UNCOUNTED, Heard, Voices
from doorless_client.store.records import Contact, Entry, Late, Wire
from doorless_client.text import composed
from doorless_protocol.content import GOSSIP_BYTES, SAID_BY_A_PERSON, Body, Content, Text
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.log import gossip

CANNOT_SHOW = "your version of doorless cannot show this"
CONTRADICTS = "it does not follow what this device said before"
LATE = "arrived late"
MISSING = "something is missing here"


class Conversations(Showing):
    """Contents in and out, as rows and as what is shown of them.

    Attributes:
        begin_fading: what is called with a row of ours that the relay has; see core/fading.py.
        forget_file: what is called with a row whose file goes; see core/transfers.py.
        owes_scrub: a message went, and is still in the log of the database.
    """

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._voices, self._logs = Voices(state.store), Logs(state)
        self._typing: dict[bytes, float] = {}
        self.parts = Parts(state)
        self.begin_fading: Callable[[Entry], object] = lambda _: None
        self.forget_file: Callable[[Entry], None] = lambda _: None
        self.owes_scrub = False

    # --- saying ------------------------------------------------------------------------------

    def say(self, contact: Contact, body: Body, *, id: bytes = b"", time: int = 0) -> Content:
        """The content that says `body` next. Inside a change; counted if a person says it.

        What it says of the key log then is left open until it is sealed: `gossip`.

        Args:
            time: Unix milliseconds, if it must be above that of something else; 0: now.
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
            time=time or self.now_ms(),
            gossip=bytes(GOSSIP_BYTES) if isinstance(body, SAID_BY_A_PERSON) else b"",
        )
        if not isinstance(body, UNCOUNTED):
            self._voices.say(content, device)
        return content

    def preview(self, contact: Contact, body: Body) -> bytes:
        """The encoding that saying `body` now would have. Nothing is counted."""
        content = Content.saying(
            body,
            id=bytes(16),
            counter=self.next_counter(contact),
            previous=bytes(32),
            conversation=bytes(32),
            time=self.now_ms(),
            gossip=bytes(GOSSIP_BYTES) if isinstance(body, SAID_BY_A_PERSON) else b"",
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

    def next_counter(self, contact: Contact) -> int:
        conversation = conversation_id(self._state.account, AccountId(contact.account))
        return self._voices.of(conversation, self._state.keys.device).next

    def count_from(self, shared: bytes, counter: int, previous: bytes) -> None:
        """What this device says next in the conversation that contents name so. Inside a change."""
        self._voices.go_on(shared, self._state.keys.device, counter, previous)

    def now_ms(self) -> int:
        return max(int(self._state.clock() * 1000), 0)

    def add_own(self, contact: Contact, id: bytes, at: int, said: Text) -> Entry:
        """What we say, or will say as soon as its file is with the relay."""
        state = self._first_state(contact)
        row = self._add(
            contact,
            id=id,
            mine=True,
            account=self._state.account,
            device=self._state.keys.device,
            at=at,
            kind=Kind.TEXT,
            text=said.text,
            state=state,
            said=said,
        )
        if state is not Reach.WAITING:
            self._begin_fading(contact, row, said)
        return row

    def _first_state(self, contact: Contact) -> Reach:
        """A note for nobody but this device is where it should be at once."""
        stays = is_note(contact) and len(self._state.manifest.entries) == 1
        return Reach.RECEIVED if stays else Reach.WAITING

    # --- hearing -----------------------------------------------------------------------------

    def add_heard(
        self,
        contact: Contact,
        arrival: Arrival,
        said: Text | None,
        *,
        from_own: bool = False,
    ) -> Entry | None:
        """Store what a device said; None when it is there already. `said` None: of a later kind."""
        content, device = arrival.content, arrival.session.their_device
        account = self._state.account if from_own else contact.account
        if self.find(contact, content.id, account):
            return None
        heard = self._voices.hear(
            content,
            arrival.digest,
            device,
            self._store.messages.length(contact.conversation),
        )
        if heard.late_for is not None:
            self._stand_late(contact, heard.late_for, content.counter)
        row = self._add(
            contact,
            id=content.id,
            mine=from_own,
            account=account,
            device=device,
            at=content.time,
            kind=Kind.UNKNOWN if said is None else Kind.TEXT,
            text=CANNOT_SHOW if said is None else composed(said.text),
            state=Reach.SENT if from_own else _heard_state(contact),
            gap=heard.gap,
            note="" if heard is IN_ORDER else _what_of(heard),
            raw=content.encode() if said is None else b"",
            said=said,
        )
        if from_own and said is not None:
            self._begin_fading(contact, row, said)
        return row

    def _begin_fading(self, contact: Contact, row: Entry, said: Text) -> None:
        if said.lasts:
            self.begin_fading(row)
            self.replace(contact, row)

    def count(self, contact: Contact, content: Content, device: bytes) -> None:
        """Note something counted that is no message: what is missing before it shows by a line."""
        heard = self._voices.hear(
            content,
            content.digest(),
            device,
            self._store.messages.length(contact.conversation),
        )
        if heard.late_for is not None:
            self._close_gap(contact, heard.late_for)
        elif heard.gap or heard.contradicts:
            self.note(contact, CONTRADICTS if heard.contradicts else MISSING, gap=heard.gap)

    def add_line(
        self, contact: Contact, content: Content, device: bytes, text: str, *, mine: bool
    ) -> Entry:
        """A line of our own for something counted that one of us chose."""
        state = self._first_state(contact)
        if device != self._state.keys.device:
            self.count(contact, content, device)
            state = Reach.SENT if mine else Reach.RECEIVED
        return self._add(
            contact,
            id=content.id,
            mine=mine,
            account=self._state.account if mine else contact.account,
            device=device,
            at=content.time,
            kind=Kind.NOTE,
            text=text,
            state=state,
        )

    def note(self, contact: Contact, text: str, *, gap: int = 0) -> None:
        """One line of our own among what was said: a key changed, a device came."""
        self._add(
            contact,
            id=b"",
            mine=False,
            account=contact.account,
            device=bytes(16),
            at=self.now_ms(),
            kind=Kind.NOTE,
            text=text,
            state=Reach.RECEIVED,
            gap=gap,
        )

    def reach(self, contact: Contact, id: bytes, state: Reach) -> bool:
        """One of our messages came further. Unknown ids and steps back change nothing."""
        row = self.find(contact, id, self._state.account)
        if row is None or not Reach.WAITING <= row.state < state <= Reach.READ:
            return False
        if row.state < Reach.SENT:
            self.begin_fading(row)
        self.replace(contact, msgspec.structs.replace(row, state=int(state)))
        return True

    def fail(self, contact: Contact, place: int, why: str) -> None:
        """Give one of our waiting messages up."""
        row = self._store.messages.get(contact.conversation, place)
        if row is not None and row.state == Reach.WAITING:
            failed = msgspec.structs.replace(row, state=int(Reach.FAILED), note=why)
            self.replace(contact, failed)

    def receive_all(self, contact: Contact) -> list[bytes]:
        """The messages of a request are a contact's from now on; returns their ids."""
        rows = self._store.messages.find(
            conversation=contact.conversation, state=int(Reach.REQUEST)
        )
        for row in rows:
            self.replace(contact, msgspec.structs.replace(row, state=int(Reach.RECEIVED)))
        return [row.id for row in rows]

    def put_wire(self, row: Wire) -> None:
        self._store.wires.put(row)

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
        said: Text | None = None,
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
        extra = said_beside(row.conversation, row.place, said) if said is not None else None
        if extra is not None:
            extra = without_gone_words(self._store, contact, extra)
            self._store.extras.put(extra)
        order = order_of(self._store, row.conversation)
        self._state.show(MessageAdded(self.shown(contact, row, order, extra)))
        self.show_chat(contact)
        return row

    def replace(self, contact: Contact, row: Entry) -> None:
        self._store.messages.put(row)
        self._state.show(MessageChanged(self.message(contact, row)))
        self.show_chat(contact)

    def again(self, contact: Contact, id: bytes) -> Message:
        """A message of ours as it is shown now. Raises KeyError: there is none."""
        row = self.find(contact, id, self._state.account)
        if row is None:
            raise KeyError("no such message")
        return self.message(contact, row)

    def is_gone(self, row: Entry) -> bool:
        """Whether it was deleted here, or disappeared."""
        return order_of(self._store, row.conversation).is_gone(row.place)

    def find(self, contact: Contact, id: bytes, account: bytes) -> Entry | None:
        return self._store.messages.with_id(contact.conversation, id, account)

    def _stand_late(self, contact: Contact, place: int, counter: int) -> None:
        """What comes next is shown before the message at `place`, whose gap it closes by one."""
        own = self._store.messages.length(contact.conversation)
        self._store.late.put(Late(contact.conversation, own, place, counter))
        self._close_gap(contact, place)

    def _close_gap(self, contact: Contact, place: int) -> None:
        row = self._store.messages.get(contact.conversation, place)
        if row is not None and row.gap:
            self.replace(contact, msgspec.structs.replace(row, gap=row.gap - 1))


def _what_of(heard: Heard) -> str:
    notes = ((LATE, heard.late_for is not None), (CONTRADICTS, heard.contradicts))
    return "; ".join(words for words, is_so in notes if is_so)


def _heard_state(contact: Contact) -> Reach:
    return Reach.REQUEST if contact.standing == Standing.REQUEST else Reach.RECEIVED
