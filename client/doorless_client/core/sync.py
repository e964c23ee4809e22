"""What our devices tell each other: contacts, what was decided of them, what was read.

    a session with a device of ours is confirmed for the first time
        the primary tells it: names, settings and token, every contact
        it asks for history, a piece at a time (core/past.py)
    from then on each tells the others what the person does on it

Nothing of it is believed in a session that is not confirmed, or of a device that our newest
manifest does not list. Spec: docs/spec/11-devices.md §5.
"""

import contextlib

import msgspec

from doorless_client.core import settings as chosen
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Wake
from doorless_client.core.forgetting import free_key
from doorless_client.core.introductions import Introductions
from doorless_client.core.message_sync import MessageSync
from doorless_client.core.outbox import Outbox
from doorless_client.core.own_devices import OwnDevices
from doorless_client.core.past import Past
from doorless_client.core.pins import settled_pin
from doorless_client.core.shelf_sync import ShelfSync
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_client.core.transfers import Transfers
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Standing, Trust
from doorless_client.store.records import Contact
from doorless_protocol import own_content
from doorless_protocol.content import Control
from doorless_protocol.content import OwnDevices as OwnDevicesBody
from doorless_protocol.errors import ExpiredError, ForgedError, MalformedError
from doorless_protocol.handles import canonical
from doorless_protocol.handshake import Kind
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import conversation_id
from doorless_protocol.manifest import Manifest, SignedHead
from doorless_protocol.own_content import (
    Arranged,
    Ask,
    Chosen,
    Forgotten,
    Hidden,
    Lasts,
    Names,
    Newest,
    Notice,
    Person,
    Piece,
    Pinned,
    Read,
)
from doorless_protocol.primitives import same
from doorless_protocol.session import Session

CROSSING = 600.0
"""Seconds in which what two devices of ours chose may have crossed on the way."""


class Sync:
    """All of it runs inside a change.

    Attributes:
        messages: what our devices tell each other of messages; core/talking.py puts it there.
        files: those of the contacts that another device forgot or blocked; core/engine.py does.
    """

    messages: MessageSync
    files: Transfers

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        devices: Devices,
        own: OwnDevices,
        outbox: Outbox,
        trust: TrustKeeper,
        introductions: Introductions,
        telling: Telling,
    ) -> None:
        self._state, self._store, self._own = state, state.store, own
        self._conversations, self._contacts, self._trust = conversations, contacts, trust
        self._devices = devices
        self._outbox, self._introductions, self._telling = outbox, introductions, telling
        self.past = Past(state, conversations, contacts, telling)
        self.shelf = ShelfSync(state, conversations, contacts, telling)

    # --- sessions with our own devices -------------------------------------------------------

    def open(self) -> None:
        """When the profile is opened: greet the others, once; ask on for what did not come."""
        self._greet()
        self.past.ask_on()

    def _greet(self) -> None:
        """A device that was just linked begins a session with each of the others."""
        facts = self._own.facts
        if facts.owes_greeting:
            for entry in self._state.manifest.entries:
                if entry.device != self._state.keys.device:
                    self._outbox.tell_own(Control(), device=entry.device)
            facts.greeted()

    def answer(self, session: Session, *, was_confirmed: bool) -> None:
        """After a message of a device of ours opened: what is owed for it at once."""
        account, device = session.their_account, session.their_device
        if self._own.is_fresh:
            self._outbox.seal(account)
        sending = self._state.sessions.sending(account, device)
        if sending is not None and sending.owes_control:
            self._outbox.tell_own(Control(), device=device)
        current = self._state.sessions.get(session.id)
        if current is not None and current.confirmed and not was_confirmed:
            self._confirmed(current)

    def _confirmed(self, session: Session) -> None:
        """Nobody but that device of ours is at the other end."""
        device, facts = session.their_device, self._own.facts
        begun_anew = session.kind is Kind.RESYNC
        if begun_anew:
            self._outbox.repeat(session.their_account, device, self._state.clock())
        if self._state.is_primary and (begun_anew or device not in facts.synced):
            self.tell_all(device)
            facts.set_synced([*{*facts.synced, bytes(device)}])
        elif device == facts.primary:
            self.past.ask_on()

    def tell_all(self, device: bytes) -> None:
        """Everything that a device of ours has to know, but what was said."""
        names = tuple(sorted(self._own.facts.names.items()))
        self._telling.tell(Names(names), device=device)
        self._telling.tell(self._chosen(), device=device)
        for contact in self._store.contacts.find():
            self._telling.tell_person(contact, device=device)
            self.shelf.tell(contact, device=device)
            self.messages.tell_timer(contact, device=device)

    def tell_chosen(self) -> None:
        """Our name, token or settings are others now."""
        self._own.facts.set_told_chosen(self._state.clock())
        self._telling.tell(self._chosen())

    def _chosen(self) -> Chosen:
        settings = chosen.load(self._store)
        return Chosen(
            name=settings.name,
            token=self._state.own.token,
            delivery_receipts=settings.delivery_receipts,
            read_receipts=settings.read_receipts,
            typing=settings.typing,
        )

    # --- what they tell us -------------------------------------------------------------------

    def hear(self, device: bytes, body: OwnDevicesBody) -> None:
        """Take a notice of a device of ours, in a confirmed session with it.

        Raises:
            DoorlessError: it is in no form, or says what cannot be; nothing was stored.
        """
        notice = own_content.decode(body)
        check_may_say(device, notice, self._own.facts.primary)
        match notice:
            case Newest(manifest):
                self._hear_newest(manifest)
            case Names(names):
                self._own.hear_names(dict(names))
            case Chosen():
                self._hear_chosen(notice)
            case Person():
                self._hear_person(notice)
            case Forgotten(account):
                if (contact := self._contacts.with_account(account)) is not None:
                    self.files.forget_all(contact)
                    self._contacts.forget(contact)
            case Read(account, id):
                self._hear_read(account, id)
            case Ask(account, at):
                self.past.answer(device, account, at)
            case Piece():
                self.past.take(notice)
            case Arranged():
                if (begun := self.shelf.hear(notice)) is not None:
                    self.past.want(begun)
            case Pinned() | Hidden() | Lasts():
                self.messages.hear(notice)

    def _hear_newest(self, encoded: bytes) -> None:
        try:
            self._own.adopt(Manifest.decode(encoded))
        except ExpiredError:
            return  # we know a newer one

    def _hear_chosen(self, said: Chosen) -> None:
        held = chosen.load(self._store)
        chosen.save(
            self._store,
            msgspec.structs.replace(
                held,
                name=said.name,
                delivery_receipts=said.delivery_receipts,
                read_receipts=said.read_receipts,
                typing=said.typing,
            ),
        )
        own = self._state.own
        if same(own.token, said.token):
            return
        if self._state.is_primary and self._told_lately():
            # Two devices drew one at the same time: what the primary drew stands.
            self._store.own.put(msgspec.structs.replace(own, token_published=False))
            self._state.emit(Wake())
        else:
            self._store.own.put(
                msgspec.structs.replace(own, token=said.token, token_published=True)
            )

    def _told_lately(self) -> bool:
        return 0 <= self._state.clock() - self._own.facts.told_chosen < CROSSING

    def _hear_person(self, said: Person) -> None:
        head = check_person(said, self._state.account)
        known = self._contacts.with_account(said.account)
        if known is None:
            if not said.handle or self._store.contacts.find(handle=said.handle, relay=said.relay):
                return  # somebody else is pinned under that address: decided on each device
            self._add(said, head)
        else:
            self._update(known, said)

    def _add(self, said: Person, head: SignedHead) -> None:
        key = conversation_id(self._state.account, head.account)
        manifest = Manifest.decode(said.head + said.entries) if said.entries else None
        contact = Contact(
            conversation=free_key(self._store, key, self._state.random),
            account=said.account,
            handle=said.handle,
            relay=said.relay,
            pin=settled_pin(self._store, said.relay, said.pin),
            claim="",
            name=said.name,
            trust=said.decided,
            standing=said.standing,
            head=said.head,
            manifest=manifest.encode() if manifest else b"",
            offered=b"",
            token=said.token,
            looked_up=0.0,  # looked up here too, before anything leaves
            introduced=False,
            added=said.added,
        )
        self._store.contacts.put(contact)
        if manifest is not None:
            self._devices.adopt(contact.account, manifest)
        self._conversations.show_chat(contact)
        if said.standing == Standing.CONTACT.value:
            self.past.want(contact)

    def _update(self, known: Contact, said: Person) -> None:
        was_request = known.standing == Standing.REQUEST.value
        updated = msgspec.structs.replace(
            known,
            handle=known.handle or said.handle,
            relay=known.relay or said.relay,
            pin=known.pin if known.relay else settled_pin(self._store, said.relay, said.pin),
            name=said.name or known.name,
            token=said.token or known.token,
            standing=said.standing,
            trust=follow_trust(known.trust, said.decided),
        )
        self._store.contacts.put(updated)
        if said.entries and updated.trust != Trust.CHANGED.value:
            with contextlib.suppress(ExpiredError):  # we know a newer one
                manifest = Manifest.decode(said.head + said.entries)
                updated = self._trust.compare(updated, manifest, ())
        if said.standing == Standing.BLOCKED.value != known.standing:
            self._outbox.withdraw(updated)
            self.files.withdraw(updated)
            self._store.receipts_due.clear(conversation=known.conversation)
        elif was_request:
            self._introductions.welcome(updated)
            self.past.want(updated)  # they wrote before we were told of them
        self._conversations.show_chat(updated)

    def _hear_read(self, account: bytes, id: bytes) -> None:
        contact = self._contacts.with_account(account)
        if contact is None:
            return
        row = self._store.messages.with_id(contact.conversation, id, account)
        if row is not None and row.place >= contact.seen:
            self.messages.hear_read(contact, contact.seen, row.place + 1)
            self._store.contacts.put(msgspec.structs.replace(contact, seen=row.place + 1))
            self._conversations.show_chat(contact)


def check_person(said: Person, ours: bytes) -> SignedHead:
    """Raises ForgedError, MalformedError: a contact under keys that are not that account's."""
    head = SignedHead.decode(said.head)
    if head.account != said.account:
        raise ForgedError("a contact with a head of another account")
    if said.account == ours:
        raise MalformedError("a contact who is ourselves")
    if said.entries:
        Manifest.decode(said.head + said.entries)
    if said.handle:
        canonical(said.handle)
        RelayAddress.parse(said.relay)
    return head


def check_may_say(device: bytes, notice: Notice, primary: bytes) -> None:
    """Raises ForgedError: what only the primary says: devices, and what a new one was not told."""
    if isinstance(notice, Names | Piece | Lasts) and device != primary:
        raise ForgedError("a device that is not the primary says what only the primary may")


def follow_trust(ours: str, theirs: str) -> str:
    """Verified on one device is verified on all, for the same account's key; nothing undoes it.

    A key that changed is decided on each device.
    """
    return theirs if (ours, theirs) == (Trust.FIRST_SEEN.value, Trust.VERIFIED.value) else ours
