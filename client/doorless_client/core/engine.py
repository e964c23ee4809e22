"""The messenger without screen or socket: what it can be asked, and what it does by itself.

Commands change the store and return; flows ask relays in between. What must happen outside
comes out as effects, after the change that made it true is durable. `upkeep` holds what goes
on by itself, `home` what this device does with its own relay.
Spec: docs/spec/08-state.md.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core import settings as chosen
from doorless_client.core.ahead import Ahead
from doorless_client.core.comparing import Comparing
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.deciding import Deciding
from doorless_client.core.delivery import Delivery
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Emit, Flow, Wake
from doorless_client.core.failures import Failures
from doorless_client.core.files import Files
from doorless_client.core.fleet import Fleet
from doorless_client.core.gossip import Gossip
from doorless_client.core.history import StoredHistory
from doorless_client.core.intake import Intake
from doorless_client.core.introductions import Introductions
from doorless_client.core.log_views import Alarm, LogStatus
from doorless_client.core.monitor import Monitor
from doorless_client.core.outbox import Outbox
from doorless_client.core.receipts import Receipts
from doorless_client.core.receiving import Receiver
from doorless_client.core.resync import Resyncs
from doorless_client.core.saved_rows import Saved
from doorless_client.core.sayings import check_text
from doorless_client.core.settings import Settings
from doorless_client.core.shelf import Shelves
from doorless_client.core.shelf_rows import check_other
from doorless_client.core.sign_in import HomeRelay, sign_in
from doorless_client.core.state import Clock, State
from doorless_client.core.talking import Talking
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.upkeep import Upkeep
from doorless_client.core.vault import Vault
from doorless_client.core.views import (
    Chat,
    Compared,
    Details,
    Me,
    Message,
    SafetyNumber,
    Standing,
    Trust,
    WireView,
)
from doorless_client.core.wire_sizes import wire_size
from doorless_client.store.base import Store
from doorless_client.store.records import Contact
from doorless_protocol.content import Text, Typing
from doorless_protocol.frames import Challenge, Deliver, SignIn
from doorless_protocol.invite import InviteLink
from doorless_protocol.primitives import Random

TYPING_EVERY = 5.0
"""Seconds between two notices that we are writing."""


class Engine:
    """One unlocked profile. Not for several threads at once."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        random: Random,
        emit: Emit,
        vault: Vault | None = None,
        uptime: Clock | None = None,
    ) -> None:
        """Raises ValueError: the store holds no account; register first.

        Args:
            uptime: seconds since some moment, which nobody can set; None: the clock itself.
        """
        self._state = state = State(store, clock, random, emit)
        self._store = store
        self._conversations = Conversations(state)
        self._devices = Devices(state)
        self._trust = TrustKeeper(state, self._conversations, self._devices)
        self.comparing = Comparing(state)
        self._contacts = Contacts(state, self._conversations, self._devices, self._trust)
        self._outbox = Outbox(state, self._conversations, self._devices)
        self.gossip = gossip = Gossip(state, self._outbox, self._trust)
        self.files = Files(state, self._conversations, self._contacts, self._outbox, gossip, vault)
        self._receipts = Receipts(state, self._conversations, self._outbox)
        self._resyncs = Resyncs(
            state, self._conversations, self._contacts, self._devices, self._outbox
        )
        self._introductions = Introductions(
            state, self._conversations, self._outbox, self._trust, self._receipts, self._resyncs
        )
        self.fleet = Fleet(
            state,
            self._conversations,
            self._contacts,
            self._devices,
            self._outbox,
            self._trust,
            self._introductions,
        )
        self.fleet.sync.files = self.files.transfers
        self.shelf = Shelves(state, self._conversations, self._contacts, self.fleet.sync.shelf)
        self.saved = Saved(state)
        self._deciding = Deciding(
            self._trust, self._conversations, self._outbox, self._introductions
        )
        self._talking = Talking(
            state,
            self._conversations,
            self._contacts,
            self._devices,
            self._outbox,
            self._introductions,
            self._receipts,
            self.fleet,
            self.gossip,
            uptime or clock,
        )
        self.messages, self.shelf.sweeping = self._talking.sayings, self._talking.sweeping
        self.messages.accept, self.messages.wake = self.accept, self._wake
        self.files.text = self.messages.text
        ahead = Ahead(state)
        receiver = Receiver(
            state,
            ahead,
            self._conversations,
            self._contacts,
            self._trust,
            self._resyncs,
            self.fleet,
            self._talking.hearing,
        )
        self._delivery = Delivery(
            state,
            self._conversations,
            self._contacts,
            self._devices,
            self._outbox,
            self._resyncs,
            self.fleet.own,
        )
        self._failures = Failures(state)
        self.monitor = Monitor(state, self.gossip, self._trust, self.fleet)
        self.comparing.anchors = self.gossip
        self.home = HomeRelay(state, self._trust, self._outbox, self._resyncs, self.fleet)
        self.upkeep = Upkeep(
            state,
            self._conversations,
            self._outbox,
            self._receipts,
            self._delivery,
            self._failures,
            self.home,
            self._resyncs,
            self.monitor,
            self.files,
            self._talking,
        )
        self._intake = Intake(state, ahead, receiver, self._failures, self.gossip, self.upkeep)
        with state.change():
            self._resyncs.repair()
            self.fleet.sync.open()
        self._talking.open()
        self._said_typing: dict[bytes, float] = {}

    # --- looking -----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    @property
    def me(self) -> Me:
        own = self._state.own
        return Me(own.handle, own.relay, self._state.account, self._state.keys.device)

    @property
    def waiting(self) -> int:
        """Messages that have not reached the relay."""
        return self._outbox.waiting_messages()

    def unsettled(self) -> int:
        """Contents, and handshakes, that wait for nothing but a relay."""
        waiting = self._outbox.unsettled() + self.files.moving.unsettled()
        return waiting + self._resyncs.unsettled()

    def login(self, challenge: Challenge, binding: bytes) -> SignIn:
        """The proof that this device is here, now, on the connection with this binding."""
        return sign_in(self._state.keys, self._state.account, challenge, binding)

    def chats(self) -> Sequence[Chat]:
        return self._conversations.chats()

    def chat(self, conversation: bytes) -> Chat:
        return self._conversations.chat(self._contacts.get(conversation))

    def find(self, words: str) -> Chat:
        return self._conversations.chat(self._contacts.find(words))

    def history(self, conversation: bytes) -> StoredHistory:
        contact = self._contacts.get(conversation)
        return StoredHistory(self._store, self._conversations, contact)

    def details(self, conversation: bytes) -> Details:
        return self._conversations.details(self._contacts.get(conversation))

    def is_beginning_anew(self, conversation: bytes) -> bool:
        """Whether its keys were lost, and what is said waits for new ones."""
        return self._resyncs.is_pending(self._contacts.get(conversation).account)

    def wire(self, messages: Sequence[Message]) -> Sequence[WireView | None]:
        return [self._conversations.wire(message) for message in messages]

    def wire_size(self, conversation: bytes, text: str) -> int:
        """Raises RefusedError: longer than one message may be."""
        contact = self._contacts.get(conversation)
        content = self._conversations.preview(contact, Text(check_text(text or " ")))
        return wire_size(self._state, self._devices, contact, content)

    def safety_number(self, conversation: bytes) -> SafetyNumber:
        return self.comparing.shown(check_other(self._contacts.get(conversation)))

    def compare(self, conversation: bytes, number: str) -> Compared:
        return self.comparing.compare(check_other(self._contacts.get(conversation)), number)

    def invite(self) -> str:
        own, address = self._state.own, self._state.address
        return InviteLink(
            relay=address.relay,
            handle=address.handle,
            account=self._state.account,
            config=own.config,
            tls=own.pin or None,
            token=own.token,
        ).encode()

    @property
    def settings(self) -> Settings:
        return chosen.load(self._store)

    def log_status(self) -> LogStatus:
        return self.monitor.status()

    def alarms(self) -> Sequence[Alarm]:
        return self.monitor.alarms.all()

    def evidence(self, number: int) -> bytes:
        """Raises RefusedError: no such alarm, or no proof of it."""
        return self.monitor.alarms.evidence(number)

    # --- commands ----------------------------------------------------------------------------

    def add(self, address: str) -> Flow[Chat]:
        contact = yield from self._contacts.add(address)
        with self._state.change():
            self._introductions.welcome(contact)
            self._talking.begin(contact)
            self.fleet.tell_person(contact.conversation)
        return self.chat(contact.conversation)

    def send(self, conversation: bytes, text: str, *, quoting: Message | None = None) -> Message:
        """Store and queue a text; sealed now where a session allows it.

        Raises:
            KeyChangedError, RefusedError: nothing was stored.
        """
        return self.messages.send(conversation, text, quoting)

    def mark_read(self, conversation: bytes) -> bool:
        """Whether there is more to mark: so many at a time that nobody waits for it."""
        contact = self._contacts.get(conversation)
        self.shelf.opened(conversation)
        return self._talking.reading.mark(contact)

    def save_draft(self, conversation: bytes, text: str) -> None:
        contact = self._contacts.get(conversation)
        if contact.draft != text:
            with self._state.change():
                self._store.contacts.put(msgspec.structs.replace(contact, draft=text))
                self._conversations.show_chat(contact)

    def set_typing(self, conversation: bytes, active: bool) -> None:
        """Says so, if the settings allow it and the contact is confirmed; not too often."""
        contact, now = self._contacts.get(conversation), self._state.clock()
        last = self._said_typing.get(conversation, 0.0)
        recently = now - last < TYPING_EVERY
        if (recently if active else not last) or not self.settings.typing:
            return
        if contact.standing != Standing.CONTACT.value or contact.trust == Trust.CHANGED.value:
            return
        if not self._conversations.has_confirmed(contact):
            return
        self._said_typing[conversation] = now if active else 0.0
        with self._state.change():
            self._outbox.say(contact, Typing(active))

    def accept(self, conversation: bytes) -> None:
        """A request; the changed keys of a contact; or somebody blocked, his keys apart."""
        contact = self._contacts.get(conversation)
        is_blocked = contact.standing == Standing.BLOCKED.value
        with self._state.change():
            if contact.trust == Trust.CHANGED.value and not is_blocked:
                self._deciding.accept(contact)
            elif contact.standing != Standing.CONTACT.value:
                accepted = self._contacts.accept_request(contact)
                self._talking.begin(accepted)
                self._introductions.welcome(accepted)
                self.upkeep.check_address(accepted.account)
            self.fleet.tell_person(conversation)
        self._wake(contact)

    def verify(self, conversation: bytes, number: str) -> None:
        """Raises KeyChangedError: another number. RefusedError: no number at all."""
        contact = check_other(self._contacts.get(conversation))
        compared = self.comparing.check(contact, number)
        with self._state.change():
            self.comparing.hear_anchors(contact, number)
            self._deciding.confirm(contact, compared)
            self.fleet.tell_person(conversation)
            self._conversations.show_chat(contact)
        self._wake(contact)

    @property
    def is_frozen(self) -> bool:
        """Whether another copy of this profile was used since, and the person has to choose."""
        return self._state.frozen

    def keep(self) -> Flow[None]:
        """Go on with this copy of the profile; another one is stopped at its next sign-in."""
        yield from self.home.keep()
        self.upkeep.resume_all()
        self._state.emit(Wake())

    def read_alarm(self, number: int) -> None:
        self.monitor.alarms.read(number)

    def check_log(self) -> Flow[None]:
        yield from self.monitor.check()

    def block(self, conversation: bytes) -> None:
        contact = check_other(self._contacts.get(conversation))
        with self._state.change():
            self._outbox.withdraw(contact)
            self.files.transfers.withdraw(contact)
            self._contacts.block(contact)
            self.fleet.tell_person(conversation)
        self._wake(contact)

    def forget(self, conversation: bytes) -> None:
        contact = self._contacts.get(conversation)
        with self._state.change():
            self.files.transfers.forget_all(contact)
            self._contacts.forget(contact)
            self.fleet.tell_forgotten(contact.account)
            self._state.emit(Wake())
        self._talking.sweep()

    def change_settings(self, wanted: Settings) -> None:
        renamed = wanted.name != self.settings.name
        with self._state.change():
            chosen.save(self._store, wanted)
            self.fleet.tell_chosen()
            if renamed:
                self._introductions.introduce_all()

    # --- what comes in -----------------------------------------------------------------------

    def receive(self, delivered: Sequence[Deliver], coming: Sequence[Deliver] = ()) -> None:
        """Store what arrived, all in one transaction; then it is acknowledged.

        Args:
            coming: what is received next, to be opened while the disk works.
        """
        self._intake.receive(delivered, coming)

    def _wake(self, contact: Contact) -> None:
        self.upkeep.resume(contact.account)
        self._state.emit(Wake())
