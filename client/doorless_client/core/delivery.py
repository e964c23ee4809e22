"""The flow that takes what waits for one account to the relay, in order.

Before anything leaves, the peer's newest manifest (at most ten minutes old); then what has an
envelope, one after the other; then sessions with devices that have none, so that a device
without prekeys holds up nobody else. The queue is read once for all that it holds; each envelope,
and whether its account may be sent to, anew after each answer. So the flow can be dropped and
begun again at any point.
Spec: docs/spec/08-state.md §5.
"""

import msgspec

from doorless_client.core.beside import Beside
from doorless_client.core.contacts import BusyError, Contacts, is_fresh
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.hearing import HEAD_SIZE
from doorless_client.core.outbox import Outbox
from doorless_client.core.own_devices import OwnDevices
from doorless_client.core.pins import pin_of
from doorless_client.core.resync import Resyncs
from doorless_client.core.scarcity import note_session
from doorless_client.core.sealings import keep_sealing
from doorless_client.core.state import State
from doorless_client.core.trust import may_send
from doorless_client.store.records import Contact, Copy, Outgoing, Wire, is_said
from doorless_protocol.content import Content
from doorless_protocol.first_contact import initiate
from doorless_protocol.frames import BundleServed, Done, FetchBundle, Refused, Submit
from doorless_protocol.keys import AccountId
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekeys import ServedBundle

NO_BUNDLE_RETRY = 60.0
"""Seconds before a device is asked for again that has no prekeys to give."""


class Delivery:
    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        devices: Devices,
        outbox: Outbox,
        resyncs: Resyncs,
        own: OwnDevices,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts = conversations, contacts
        self._devices, self._outbox, self._resyncs = devices, outbox, resyncs
        self._own, self._beside = own, Beside(state)

    def deliver(self, account: bytes) -> Flow[None]:
        """Send what is due for `account`, until nothing more can leave now.

        Raises:
            BusyError: a relay asks for patience.
            DoorlessError: what the relay shows does not verify; nothing was sent because of it.
        """
        while self.can_deliver(account):
            yield from self._refresh(account)
            if not self.can_deliver(account):
                return
            with self._state.change():
                self._outbox.seal(account)
                self._outbox.finish_all(self._contacts.with_account(account), account)
            if unsent := self._outbox.unsent(account):
                yield from self._submit_all(account, unsent)
            elif lacking := self._resyncs.lacking(account):
                yield from self._begin_session(account, lacking[0])

    def can_deliver(self, account: bytes) -> bool:
        """Whether there is anything to do for an account that may be sent to."""
        if not self._is_allowed(account):
            return False
        return self._outbox.has_work(account) or bool(self._resyncs.lacking(account))

    def _is_allowed(self, account: bytes) -> bool:
        contact = self._contacts.with_account(account)
        theirs = account == self._state.account or (contact is not None and may_send(contact))
        return theirs and not self._state.frozen

    def check_address(self, account: bytes) -> Flow[None]:
        """See whether the address that they gave is theirs. Raises as `Contacts.refresh`."""
        contact = self._contacts.with_account(account)
        if contact is not None and may_send(contact):
            yield from self._contacts.refresh(contact.conversation)

    def _refresh(self, account: bytes) -> Flow[None]:
        """Controls rest on the staple alone; all else on a manifest that was looked up."""
        if account == self._state.account:
            yield from self._own.refresh()
            return
        contact = self._contacts.with_account(account)
        due = self._outbox.due(account)
        controls = all(item.device and not is_said(item.place) for item in due)
        if contact is not None and (not controls or self._resyncs.lacking(account)):
            yield from self._contacts.refresh(contact.conversation)

    # --- sessions ----------------------------------------------------------------------------

    def _begin_session(self, account: bytes, entry: DeviceEntry) -> Flow[None]:
        manifest = self._manifest(account)
        if manifest is None:
            raise BusyError("their list of devices is not known yet", NO_BUNDLE_RETRY)
        relay, pin = self._relay(account)
        answered = yield Anonymously(relay, pin, FetchBundle(entry.device), entry.mailbox)
        if not isinstance(answered, BundleServed):
            raise BusyError("a device of theirs has no prekeys", NO_BUNDLE_RETRY)
        served = ServedBundle.decode(answered.bundle, answered.pair, answered.index, answered.path)
        now = self._state.now()
        check_bundle(served, entry, AccountId(account), now)
        if entry not in self._resyncs.lacking(account):
            return  # they were faster; or it was removed, or the contact forgotten, meanwhile
        with self._state.change():
            session = initiate(
                self._state.us,
                manifest,
                served,
                self._state.sessions.known_number(account, entry.device),
                self._state.clock(),
                self._state.random,
                kind=(kind := self._resyncs.kind(account, entry.device)),
                received=self._resyncs.received(account, entry.device, kind),
            )
            self._state.sessions.add(session, now)
            self._resyncs.begun(session)
            note_session(self._state, relay, last_resort=served.last_resort)

    def _manifest(self, account: bytes) -> Manifest | None:
        if account == self._state.account:
            return self._state.manifest
        contact = self._contacts.with_account(account)
        return Manifest.decode(contact.manifest) if contact and contact.manifest else None

    def _relay(self, account: bytes) -> tuple[str, bytes]:
        contact = self._contacts.with_account(account)
        own = self._state.own
        if contact is None:
            return own.relay, own.pin
        relay = self._contacts.relay_of(contact)
        return relay, pin_of(self._store, relay)

    # --- submitting --------------------------------------------------------------------------

    def _submit_all(self, account: bytes, unsent: list[tuple[Outgoing, Copy]]) -> Flow[None]:
        """One after the other, until something has to be looked at anew before the next one."""
        order = self._outbox.order
        for item, copy in unsent:
            if not self._outbox.awaits(copy):
                continue
            yield from self._submit(account, item, copy)
            if self._outbox.order != order or not self._may_go_on(account):
                return

    def _may_go_on(self, account: bytes) -> bool:
        """Whether what let the last envelope leave lets the next one leave as well."""
        contact = self._contacts.with_account(account)
        if contact is None:
            return self._own.is_fresh and self._is_allowed(account)
        is_known = is_fresh(contact, self._state.clock())
        return is_known and self._is_allowed(account)

    def _submit(self, account: bytes, item: Outgoing, copy: Copy) -> Flow[None]:
        contact = self._contacts.with_account(account)
        token = self._state.own.token if contact is None else contact.token
        relay, pin = self._relay(account)
        request = Submit(copy.mailbox, token, copy.envelope_id, copy.envelope)
        answered = yield Anonymously(relay, pin, request, copy.mailbox)
        if isinstance(answered, Refused):
            raise BusyError(
                "their mailbox takes no more for now", float(answered.retry_after or 60)
            )
        if not isinstance(answered, Done):
            raise BusyError("the relay answered something else", NO_BUNDLE_RETRY)
        with self._state.change():
            if self._outbox.sent(item, copy, relay):
                own, now = contact is None, self._state.now()
                keep_sealing(self._store, item, copy, own=own, now=now)
                told = contact or self._outbox.noted(item)
                if told is not None and item.place >= 0 and not item.device:
                    self._keep_wire(told, item, copy)
                elif contact is not None and item.place < 0:
                    said = Content.decode(item.content).say()
                    self._beside.keep(contact.conversation, said, copy.envelope, mine=True)
                self._outbox.finish(contact, item)

    def _keep_wire(self, contact: Contact, item: Outgoing, copy: Copy) -> None:
        known = self._store.wires.get(contact.conversation, item.place)
        if known is not None:
            more = msgspec.structs.replace(known, copies=known.copies + 1)
        else:
            more = Wire(
                conversation=contact.conversation,
                place=item.place,
                head=copy.envelope[:HEAD_SIZE],
                size=len(copy.envelope),
                mailbox=copy.mailbox,
                at=self._state.now(),
                copies=1,
            )
        self._conversations.put_wire(more)


def check_bundle(served: ServedBundle, entry: DeviceEntry, account: AccountId, now: int) -> None:
    """Raises DoorlessError: signature, owner, time or the pair's place in its batch is wrong."""
    served.check(entry, account, now)
