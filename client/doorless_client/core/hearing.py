"""What a content means, once it authenticated: a message, an act, a receipt, a line of our own.

    who said it          what is looked at
    a stranger           texts
    a contact            all; what changes anything that is there, in confirmed sessions alone
    a device of ours     what it said to a contact, and notices

Runs inside the change that stores the session's next state. Spec: docs/spec/08-state.md §6, §15.2.
"""

from doorless_client.core import settings
from doorless_client.core.acts import Act, Acts
from doorless_client.core.arriving import Arrival, Said
from doorless_client.core.beside import Beside
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.fleet import Fleet
from doorless_client.core.gossip import Gossip
from doorless_client.core.introductions import Introductions
from doorless_client.core.receipts import Receipts
from doorless_client.core.state import State
from doorless_client.core.timers import Timers
from doorless_client.core.unacknowledged import Kept
from doorless_client.core.views import Standing
from doorless_client.core.views import State as Reach
from doorless_client.core.waiting_acts import WaitingActs
from doorless_client.store.records import Contact, Entry, Wire
from doorless_client.store.talk_records import HeardAct
from doorless_protocol.content import (
    Anchor,
    AskAnchor,
    Content,
    Control,
    Delete,
    Edit,
    OwnDevices,
    Profile,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
    Unknown,
)
from doorless_protocol.errors import DoorlessError
from doorless_protocol.session import Session

HEAD_SIZE = 512
"""Bytes of an envelope that are kept for X-ray."""

TYPING_LASTS = 8.0
"""Seconds for which somebody is shown as writing, without hearing it again."""

ACTS_REMEMBERED = 31 * 86_400
"""Seconds that an act's id is remembered: longer than anybody says it again."""


class Hearing:
    """All of it runs inside a change."""

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        introductions: Introductions,
        receipts: Receipts,
        fleet: Fleet,
        gossip: Gossip,
        acts: Acts,
        timers: Timers,
    ) -> None:
        self._state, self._store, self._fleet = state, state.store, fleet
        self._conversations, self._contacts = conversations, contacts
        self._introductions, self._receipts = introductions, receipts
        self._gossip, self._acts, self._timers = gossip, acts, timers
        self._kept, self.waiting = Kept(state), WaitingActs(state)
        self._beside = Beside(state)

    # --- of others ---------------------------------------------------------------------------

    def hear(self, contact: Contact, arrival: Arrival, envelope: bytes) -> None:
        """What somebody else's device said."""
        session, content, said = arrival.session, arrival.content, arrival.said
        device = session.their_device
        if isinstance(said, Text):
            entry = self._conversations.add_heard(contact, arrival, said)
            self._keep_wire(entry, envelope)
            self._conversations.set_typing(contact, None)
        if is_stranger(contact):
            return  # nothing else of a stranger is looked at, and nothing answers him
        if isinstance(said, Text):
            self._receipts.owe(contact, content.id, read=False)
            self._gossip.hear(contact, content.gossip)
            self.do_waiting(contact, contact.account, content.id)
        elif isinstance(said, Unknown):
            entry = self._conversations.add_heard(contact, arrival, None)
            self._keep_wire(entry, envelope)
        elif is_believed(session):
            self._beside.keep(contact.conversation, said, envelope, mine=False)
            contact = self._hear_unshown(contact, content, said, device, envelope)
        self._introductions.answer(contact, session, arrival.was_confirmed)
        self._timers.tell_untold(contact)

    def _hear_unshown(
        self, contact: Contact, content: Content, said: Said, device: bytes, envelope: bytes
    ) -> Contact:
        """All that is no message: only ever said in a confirmed session."""
        if isinstance(said, Receipt):
            reach = self._reach(said)
            for id in said.ids:
                self._conversations.reach(contact, id, reach)
                self._kept.acknowledge(contact.account, device, id)
        elif isinstance(said, Typing):
            is_shown = said.active and settings.load(self._store).typing
            until = self._state.clock() + TYPING_LASTS if is_shown else None
            self._conversations.set_typing(contact, until)
        elif isinstance(said, Profile):
            return self._introductions.hear(contact, said)
        elif isinstance(said, Anchor):
            self._gossip.keep_anchor(contact, said)
        elif isinstance(said, AskAnchor):
            self._gossip.answer(contact, said)
        elif isinstance(said, React | Edit | Delete | Timer):
            self._gossip.hear(contact, content.gossip)
            if self._hear_act(contact, content, said, contact.account, device, envelope):
                self._receipts.owe(contact, content.id, read=False)
        return contact

    def _reach(self, said: Receipt) -> Reach:
        """Who does not say that they read is not told that others did."""
        is_shown = said.read and settings.load(self._store).read_receipts
        return Reach.READ if is_shown else Reach.DELIVERED

    # --- acts --------------------------------------------------------------------------------

    def _hear_act(
        self,
        contact: Contact,
        content: Content,
        said: Act | Timer,
        by: bytes,
        device: bytes,
        envelope: bytes,
    ) -> bool:
        """Do it, once. False: its message is not there, so that nothing may answer."""
        key = contact.conversation, by, content.id
        if self._store.acts.get(*key) is not None:
            return not self.waiting.holds(*key)
        if isinstance(said, Timer) and self._conversations.find(contact, content.id, by):
            return True  # its line would have the id of a message that is there
        self._store.acts.put(HeardAct(*key, self._state.now()))
        if isinstance(said, Timer):
            mine = by == self._state.account
            line = self._timers.hear(contact, content, device, said, mine=mine)
            self._keep_wire(line, envelope)
            return True
        self._conversations.count(contact, content, device)
        if self._acts.do(contact, by, device, content, said):
            return True
        self.waiting.put(contact, by, device, content, said)
        return False

    def do_waiting(self, contact: Contact, author: bytes, id: bytes) -> None:
        """The message came that these overtook."""
        for row in self.waiting.take(contact, author, id):
            content = Content.decode(row.content)
            said = content.say()
            if isinstance(said, React | Edit | Delete):
                self._acts.do(contact, row.by, row.device, content, said)
            if row.by == contact.account:
                self._receipts.owe(contact, content.id, read=False)

    def expire(self) -> None:
        """Forget what is too old to be said again, or to be waited for."""
        now, earliest = self._state.now(), self._store.acts.least("received")
        self.waiting.expire()
        if isinstance(earliest, int) and now - earliest > ACTS_REMEMBERED:
            for row in self._store.acts.find():
                if now - row.received > ACTS_REMEMBERED:
                    self._store.acts.drop(row.conversation, row.account, row.id)

    # --- of our own devices --------------------------------------------------------------------

    def hear_own_device(self, arrival: Arrival, envelope: bytes) -> str:
        """What another device of ours said in one of our conversations, or tells us."""
        session, content, said = arrival.session, arrival.content, arrival.said
        if isinstance(said, OwnDevices):
            return self._hear_notice(session, said)
        if isinstance(said, Control):
            return ""
        contact = self._contacts.in_conversation(content.conversation)
        if contact is None:
            return "UnknownConversation"
        device, ours = session.their_device, self._state.account
        if isinstance(said, Text):
            entry = self._conversations.add_heard(contact, arrival, said, from_own=True)
            self._keep_wire(entry, envelope)
            self.do_waiting(contact, ours, content.id)
        elif isinstance(said, React | Edit | Delete | Timer) and is_believed(session):
            self._hear_act(contact, content, said, ours, device, envelope)
        return ""

    def _hear_notice(self, session: Session, said: OwnDevices) -> str:
        if not is_believed(session):
            return "UnconfirmedDevice"
        try:
            self._fleet.sync.hear(session.their_device, said)
        except DoorlessError as error:
            return type(error).__name__
        return ""

    def _keep_wire(self, entry: Entry | None, envelope: bytes) -> None:
        if entry is not None:
            self._conversations.put_wire(
                Wire(
                    conversation=entry.conversation,
                    place=entry.place,
                    head=envelope[:HEAD_SIZE],
                    size=len(envelope),
                    mailbox=self._state.keys.mailbox,
                    at=self._state.now(),
                    copies=1,
                )
            )


def is_stranger(contact: Contact) -> bool:
    """Who wrote first, and was not accepted."""
    return contact.standing == Standing.REQUEST


def is_believed(session: Session) -> bool:
    """Whether what is no text may change what we hold: not on a stolen prekey."""
    return session.confirmed
