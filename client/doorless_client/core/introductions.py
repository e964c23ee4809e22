"""How two people become contacts: the empty control, then profiles, once it is confirmed.

    initiator                          responder
        │── first message ────────────────►│  a request, until accepted
        │◄──────────────── empty control ──│  at once on accepting
        │── empty control ────────────────►│  confirmed: it is of the second epoch
        │── profile ──►          ◄── profile│  name, delivery token, all devices

Neither profile, receipt nor typing goes into a session that is not confirmed. What that keeps
out is in docs/spec/03-handshake.md §7.
Spec: docs/spec/08-state.md §8.
"""

import msgspec

from doorless_client.core import settings
from doorless_client.core.contacts import is_fresh
from doorless_client.core.conversations import Conversations
from doorless_client.core.outbox import Outbox
from doorless_client.core.receipts import Receipts
from doorless_client.core.resync import Resyncs, may_be_told
from doorless_client.core.state import State
from doorless_client.core.telling import Telling
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Standing, Trust
from doorless_client.store.records import Contact
from doorless_protocol.content import Control, Profile
from doorless_protocol.errors import DoorlessError
from doorless_protocol.manifest import Manifest
from doorless_protocol.session import Session


class Introductions:
    """All of it runs inside a change."""

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        outbox: Outbox,
        trust: TrustKeeper,
        receipts: Receipts,
        resyncs: Resyncs,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._outbox = conversations, outbox
        self._trust, self._receipts, self._resyncs = trust, receipts, resyncs
        self._telling = Telling(outbox)

    def answer(self, contact: Contact, session: Session, was_confirmed: bool) -> None:
        """After a message of a contact opened: what is owed for it at once.

        In a session that was confirmed before, once for all messages of the open change.
        """
        if was_confirmed:
            heard = contact.conversation, session.id
            self._state.at_end(("answer", contact.conversation), self._answer_all, heard)
        else:
            self._answer(contact, session, was_confirmed)

    def _answer_all(self, heard: list[tuple[bytes, bytes]]) -> None:
        for conversation, id in dict.fromkeys(heard):
            contact = self._store.contacts.get(conversation)
            session = self._state.sessions.get(id)
            if contact is not None and contact.standing == Standing.CONTACT.value and session:
                self._answer(contact, session, was_confirmed=True)

    def _answer(self, contact: Contact, session: Session, was_confirmed: bool) -> None:
        if contact.trust == Trust.CHANGED.value:
            return
        if is_fresh(contact, self._state.clock()):
            self._outbox.seal(contact.account)  # a text that waited answers as well as a control
        self._control(contact, session.their_device)
        current = self._state.sessions.get(session.id)
        if current is not None and may_be_told(current) and not was_confirmed:
            self._resyncs.confirmed(contact, current)
        if current is not None and current.confirmed and not was_confirmed:
            self._receipts.release(contact)
            self._conversations.show_chat(contact)
        self.introduce(contact)

    def welcome(self, contact: Contact) -> None:
        """Who was a request is a contact: receipts, and the control reply to what wrote."""
        for id in self._conversations.receive_all(contact):
            self._receipts.owe(contact, id, read=False)
        for session in self._state.sessions.with_account(contact.account):
            self.answer(contact, session, session.confirmed)

    def resume(self, contact: Contact) -> None:
        """Their keys were accepted: what their messages were owed meanwhile is owed now.

        A session that was confirmed while nothing was answered says again now what it would have.
        """
        if contact.standing == Standing.CONTACT.value:
            for session in self._state.sessions.with_account(contact.account):
                if session.may_send:
                    self.answer(contact, session, was_confirmed=False)

    def _control(self, contact: Contact, device: bytes) -> None:
        session = self._state.sessions.sending(contact.account, device)
        if session is not None and session.owes_control:
            self._outbox.say(contact, Control(), device=device)

    def introduce(self, contact: Contact) -> None:
        """Our profile, once for each delivery token, as soon as a session is confirmed."""
        current = self._store.contacts.get(contact.conversation)
        if (
            current is None
            or current.introduced
            or current.standing != Standing.CONTACT.value
            or current.trust == Trust.CHANGED.value
            or not self._state.own.token_published
            or not self._conversations.has_confirmed(current)
        ):
            return
        introduced = msgspec.structs.replace(current, introduced=True)
        self._store.contacts.put(introduced)
        own = self._state.own
        name = settings.load(self._store).name or own.handle
        profile = Profile(name[: settings.LONGEST_NAME], own.token, self._state.manifest.encode())
        self._outbox.say(introduced, profile)

    def introduce_all(self) -> None:
        """Again to everybody: our token, name or devices are others now."""
        for contact in self._store.contacts.find():
            stranger = msgspec.structs.replace(contact, introduced=False)
            self._store.contacts.put(stranger)
            self.introduce(stranger)

    def hear(self, contact: Contact, profile: Profile) -> Contact:
        """What a contact says of itself.

        A manifest that does not verify, or is not their own, is passed over: only the directory
        may say that an address is somebody else's now.
        """
        named = msgspec.structs.replace(contact, name=profile.name, token=profile.token)
        self._store.contacts.put(named)
        if named != contact:
            self._telling.tell_person(named)
        self._conversations.show_chat(named)
        try:
            manifest = Manifest.decode(profile.manifest)
            if manifest.account != contact.account:
                return named
            pinned = self._trust.compare(named, manifest, ())
            return self._looked_up_before_sending(pinned, named)
        except DoorlessError:
            return named

    def _looked_up_before_sending(self, pinned: Contact, before: Contact) -> Contact:
        """Their word for a list of theirs cuts off at once; whom it adds, the log has to name."""
        if pinned.head == before.head:
            return pinned
        unseen = msgspec.structs.replace(pinned, looked_up=0.0)
        self._store.contacts.put(unseen)
        return unseen
