"""All devices of our account, seen from this one: one name for what the rest of a messenger needs.

Spec: docs/spec/11-devices.md.
"""

import msgspec

from doorless_client.core.api import RefusedError
from doorless_client.core.approving import Approving
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Flow, Wake
from doorless_client.core.introductions import Introductions
from doorless_client.core.outbox import Outbox
from doorless_client.core.own_devices import OwnDevices
from doorless_client.core.prekeys import ask
from doorless_client.core.publishing import Publishing
from doorless_client.core.removal import Removal
from doorless_client.core.state import Clock, State
from doorless_client.core.sync import Sync
from doorless_client.core.telling import Telling
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import OwnDevice
from doorless_client.store.records import is_said
from doorless_protocol.frames import SetDeliveryToken, delivery_token_hash
from doorless_protocol.own_content import Forgotten, Names, Read
from doorless_protocol.primitives import same


class Fleet:
    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        devices: Devices,
        outbox: Outbox,
        trust: TrustKeeper,
        introductions: Introductions,
    ) -> None:
        self._state, self._store, self._contacts = state, state.store, contacts
        self._introductions = introductions
        self.own = own = OwnDevices(state, devices, trust)
        self._telling = Telling(outbox)
        self.publishing = Publishing(state, devices, own, introductions, self._telling)
        self.approving = Approving(state, own, self.publishing)
        self.removal = Removal(state, own, conversations, outbox)
        self.sync = Sync(
            state,
            conversations,
            contacts,
            devices,
            own,
            outbox,
            trust,
            introductions,
            self._telling,
        )

    def has_told(self, device: bytes) -> bool:
        """Whether a device of ours was told all that it asked for so far."""
        waiting = self._store.outbox.find(account=self._state.account, device=device)
        return device in self.own.facts.synced and not waiting

    def copies_waiting(self) -> int:
        """What was said or done here whose copies for our other devices did not leave yet.

        None while no other device of ours has confirmed a session: until then nothing leaves.
        """
        ours = self._state.account
        sessions = (
            self._state.sessions.sending(ours, entry.device)
            for entry in self._state.manifest.entries
            if entry.device != self._state.keys.device
        )
        if not any(session is not None and session.confirmed for session in sessions):
            return 0
        return sum(is_said(item.place) for item in self._store.outbox.find(account=ours))

    def has_learned(self) -> bool:
        """Whether this device, that was linked, was told all that it asked for."""
        return bool(self.own.facts.names) and not self.sync.past.unfinished()

    @property
    def clock(self) -> Clock:
        return self._state.clock

    # --- what the person does with devices ---------------------------------------------------

    def listed(self) -> list[OwnDevice]:
        return self.own.listed()

    def rename(self, words: str, name: str) -> None:
        """Raises RefusedError: not on the primary, no such device, or not possible as a name."""
        self._check_primary()
        device = self.own.find(words).device
        with self._state.change():
            names = self.own.name(device, name)
            self._telling.tell(Names(tuple(sorted(names.items()))))

    def remove(self, words: str) -> Flow[None]:
        """Cut a device off: at the relay at once, at contacts when they next look.

        Raises:
            RefusedError: not on the primary, no such device, or this one.
            BusyError, UnreachableError: it is removed here; the relay is told at the next sign-in.
        """
        self._check_primary()
        chosen = self.own.find(words)
        if chosen.this:
            raise RefusedError("the primary cannot remove itself")
        with self._state.change():
            held = self._state.manifest.entries
            self.publishing.sign([entry for entry in held if entry.device != chosen.device])
            self._contacts.rotate_token()  # it knows the one there is
        self._state.emit(Wake())
        yield from self.publishing.publish()
        yield from self.publish_token()

    def publish_token(self) -> Flow[None]:
        """Tell the relay a token that was drawn anew; then contacts, and our other devices.

        Raises:
            BusyError: the relay did not take it.
        """
        own = self._state.own
        if own.token_published:
            return
        yield from ask(SetDeliveryToken(delivery_token_hash(own.token)))
        with self._state.change():
            current = self._state.own
            if same(current.token, own.token):
                self._store.own.put(msgspec.structs.replace(current, token_published=True))
                self._introductions.introduce_all()
                self.sync.tell_chosen()

    def _check_primary(self) -> None:
        if not self._state.is_primary:
            raise RefusedError("only the primary device can do that: the one you registered with")

    # --- what goes on, told to our other devices; inside a change -----------------------------

    def tell_person(self, conversation: bytes) -> None:
        contact = self._store.contacts.get(conversation)
        if contact is not None:
            self._telling.tell_person(contact)

    def tell_forgotten(self, account: bytes) -> None:
        self._telling.tell(Forgotten(account))

    def tell_read(self, account: bytes, id: bytes) -> None:
        self._telling.tell(Read(account, id))

    def tell_chosen(self) -> None:
        self.sync.tell_chosen()
