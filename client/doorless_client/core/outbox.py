"""What waits to leave: contents first, then final envelopes, then nothing.

    queued ──► sealed ──► sent ──────────► acknowledged by that device, or 14 days old: forgotten
    content    envelope    the relay has it

Sealing puts {the session's next state, the final envelope} into one transaction; only then
it leaves, and what leaves again after a crash is the same bytes. Nothing is ever sealed
twice in one session. What a text says of the key log is filled in then: by that, whoever it is
sealed to can tell whether it was sealed to anybody else. What left is kept in
core/unacknowledged.py, for a resync to repeat.
Spec: docs/spec/08-state.md §5.
"""

from collections.abc import Iterator

import msgspec

from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.drawn import between as between
from doorless_client.core.effects import Wake
from doorless_client.core.logs import Logs
from doorless_client.core.own_copies import CONFIRMED_ONLY, OwnCopies, next_number
from doorless_client.core.shelf_rows import is_note
from doorless_client.core.state import State
from doorless_client.core.trust import may_send
from doorless_client.core.unacknowledged import KEPT_FOR, Kept
from doorless_client.core.views import State as Reach
from doorless_client.store.records import NOT_SAID, Contact, Copy, Outgoing, is_said
from doorless_client.store.resync_records import Unacknowledged
from doorless_protocol.content import Body, Content, Control, Delete, Edit, Text, Typing
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.session import Session

TYPING_KEPT_FOR = 10
"""Seconds after which nobody wants to know any more that somebody was writing."""

EXPIRING = 256
"""Contents that are given up at a time."""


class Outbox:
    """Queues, seals, and forgets what was sent. All but the questions run inside a change.

    Attributes:
        order: changes when something was put before what waited already.
    """

    def __init__(self, state: State, conversations: Conversations, devices: Devices) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._devices = conversations, devices
        self._kept, self._own = Kept(state), OwnCopies(state, devices)
        self._logs = Logs(state)
        self.order = 0

    # --- in ----------------------------------------------------------------------------------

    def say(
        self,
        contact: Contact,
        body: Body,
        *,
        content: Content | None = None,
        place: int = NOT_SAID,
        device: bytes = b"",
        not_before: float = 0.0,
    ) -> None:
        """Queue `body` for every device of the contact, or for one."""
        content = content or self._conversations.say(contact, body)
        if is_note(contact):
            self._own.note(contact, content, place)
            self._state.emit(Wake())
            return
        now = self._state.clock()
        life = TYPING_KEPT_FOR if isinstance(body, Typing) else KEPT_FOR
        item = Outgoing(
            number=next_number(self._store),
            account=contact.account,
            conversation=contact.conversation,
            device=device,
            place=place,
            id=content.id,
            content=content.encode(),
            confirmed_only=isinstance(body, CONFIRMED_ONLY),
            not_before=not_before,
            expires=now + life,
        )
        self._store.outbox.put(item)
        if is_said(place) and item.confirmed_only:
            self._begin_sessions(contact)
        if is_said(place) and self._devices.recipients(self._state.account):
            self._own.copy(item)
        self._state.emit(Wake())

    def _begin_sessions(self, contact: Contact) -> None:
        """With every device of theirs that there is none with: what they confirm is waited for."""
        waiting = self._store.outbox.find(account=contact.account, confirmed_only=False)
        for entry in self._devices.recipients(contact.account):
            held = self._state.sessions.sending(contact.account, entry.device)
            if held is None and not any(self._lacks_copy(item, entry) for item in waiting):
                self.say(contact, Control(), device=entry.device)

    def tell_own(self, body: Body, *, device: bytes = b"") -> None:
        """Queue `body` for our other devices, some time from now; or for one of them, at once."""
        self._own.put(body, device)
        self._state.emit(Wake())

    def repeat(self, account: bytes, device: bytes, not_before: float) -> None:
        """Queue again for this device what it never acknowledged, in the order it was said."""
        self.order += 1
        for row in self._kept.of_device(account, device):
            waiting = self._store.outbox.get(row.number)
            if waiting is None or waiting.device != device:
                number = row.number if waiting is None else next_number(self._store)
                self._store.outbox.put(self._repetition(row, number, not_before))
            self._store.copies.drop(row.number, device)
            self._kept.drop(row)
        self._state.emit(Wake())

    def _repetition(self, row: Unacknowledged, number: int, not_before: float = 0.0) -> Outgoing:
        return Outgoing(
            number=number,
            account=row.account,
            conversation=row.conversation,
            device=row.device,
            place=row.place,
            id=row.id,
            content=row.content,
            confirmed_only=needs_confirmation(),
            not_before=not_before,
            expires=row.expires,
        )

    # --- sealing -----------------------------------------------------------------------------

    def seal(self, account: bytes) -> None:
        """Seal, for each device, what has no envelope yet, as far as its session allows.

        Only right after their newest list was looked up, or while that look is fresh: a text
        says to which entry of theirs it is sealed.
        """
        for item, entry, session in self._sealable(account):
            self._seal_one(item, entry, session)

    def _sealable(self, account: bytes) -> Iterator[tuple[Outgoing, DeviceEntry, Session]]:
        """What can be sealed next; each time with the session that the last sealing left."""
        items = self.due(account)
        if not items or self._is_stopped(account):
            return
        for entry in self._devices.recipients(account):
            for item in items:
                if not self._lacks_copy(item, entry) or not self._may_know(account, item):
                    continue
                session = self._state.sessions.sending(account, entry.device)
                if session is not None and may_carry(session, item):
                    yield item, entry, session
                elif not item.confirmed_only:
                    break  # what was said later must not arrive earlier

    def _may_know(self, account: bytes, item: Outgoing) -> bool:
        """What waits for confirmed sessions waits for proven keys as well."""
        known = self._store.contacts.find(account=account) if item.confirmed_only else ()
        return all(map(self._conversations.is_checked, known))

    def _is_stopped(self, account: bytes) -> bool:
        """The person has to decide first, or decided already."""
        if self._state.frozen:
            return True
        return any(not may_send(contact) for contact in self._store.contacts.find(account=account))

    def _seal_one(self, item: Outgoing, entry: DeviceEntry, session: Session) -> None:
        proven = session.with_log_proof(self._logs.own_proof)
        following, envelope = proven.seal(self._as_of_now(item), self._state.random)
        self._state.sessions.keep(following)
        self._store.copies.put(
            Copy(
                number=item.number,
                device=entry.device,
                mailbox=entry.mailbox,
                envelope_id=self._state.random(16),
                envelope=envelope,
                sent=False,
            )
        )

    def _as_of_now(self, item: Outgoing) -> bytes:
        """The content with what is known of their key log at this moment, if it says that."""
        content = Content.decode(item.content)
        if not content.gossip:
            return item.content
        (contact, *_) = self._store.contacts.find(account=item.account) or (None,)
        if contact is None:
            return item.content  # a copy for our own devices: not said to whom it is about
        return content.with_gossip(self._conversations.gossip(contact)).encode()

    def _lacks_copy(self, item: Outgoing, entry: DeviceEntry) -> bool:
        if item.device and item.device != entry.device:
            return False
        return self._store.copies.get(item.number, entry.device) is None

    def readdress(self, contact: Contact, old_account: bytes) -> None:
        """Say again, to the accepted account, what the one before it never got, as far as known.

        The person accepted its keys: only that lets what was said for others go to it.
        """
        waiting = self._store.outbox.find(account=old_account)
        kept = self._kept.of_account(old_account)
        unheard = {row.id: (row.content, row.place) for row in kept}
        unheard |= {item.id: (item.content, item.place) for item in waiting}
        for item in waiting:
            self.forget(item)
        self._kept.forget_account(old_account)
        if (timer := self._store.timers.get(contact.conversation)) is not None:
            self._store.timers.put(msgspec.structs.replace(timer, revision=0, id=b""))
        said = [(Content.decode(content), place) for content, place in unheard.values()]
        for content, place in sorted(said, key=lambda one: one[0].counter):
            if is_said(place):
                self._say_again(contact, content, place)

    def _say_again(self, contact: Contact, old: Content, place: int) -> None:
        """Timers are chosen anew (core/timers.py); a reaction names what they never said so."""
        said = old.say()
        if isinstance(said, Text | Edit | Delete):
            content = self._conversations.say(contact, said, id=old.id, time=old.time)
            self.say(contact, said, content=content, place=place)

    # --- questions ---------------------------------------------------------------------------

    def due(self, account: bytes) -> list[Outgoing]:
        """What may leave for this account now, in order."""
        now = self._state.clock()
        return [item for item in self._store.outbox.find(account=account) if item.not_before <= now]

    def next_not_before(self) -> float | None:
        """When the next copy that was put off may leave."""
        now = self._state.clock()
        later = [item.not_before for item in self._store.outbox.find() if item.not_before > now]
        return min(later, default=None)

    def waiting_messages(self) -> int:
        """Messages of the person that have not reached the relay."""
        shown = {(item.conversation, item.place) for item in self._store.outbox.find()}
        return sum(place >= 0 for _, place in shown)

    def unsettled(self) -> int:
        """Contents that wait for nothing but a relay: no time, nor a session to be confirmed."""
        return sum(map(self._waits_for_a_relay, self._store.outbox.find()))

    def _waits_for_a_relay(self, item: Outgoing) -> bool:
        if item.account == self._state.account or item.not_before > self._state.clock():
            return False
        if not item.confirmed_only:
            return True
        devices = self._devices.recipients(item.account) if is_said(item.place) else ()
        sessions = (self._state.sessions.sending(item.account, each.device) for each in devices)
        return any(one.confirmed for one in sessions if one) and self._may_know(item.account, item)

    def unsent(self, account: bytes) -> list[tuple[Outgoing, Copy]]:
        """Sealed envelopes that the relay does not have, in order."""
        return [
            (item, copy)
            for item in self.due(account)
            for copy in self._store.copies.find(number=item.number)
            if not copy.sent
        ]

    def awaits(self, copy: Copy) -> bool:
        """Whether this very envelope is still to leave: not withdrawn, nor sealed anew."""
        held = self._store.copies.get(copy.number, copy.device)
        return held is not None and not held.sent and held.envelope_id == copy.envelope_id

    def has_work(self, account: bytes) -> bool:
        """Whether anything can be done for it now, in the sessions that there are."""
        return (
            bool(self.unsent(account))
            or next(self._sealable(account), None) is not None
            or any(map(self._is_complete, self._store.outbox.find(account=account)))
        )

    def lacking_session(self, account: bytes) -> list[DeviceEntry]:
        """Devices that something said by the person waits for, without a session to say it in."""
        items = [item for item in self.due(account) if not item.confirmed_only]
        return [
            entry
            for entry in self._devices.recipients(account)
            if self._state.sessions.sending(account, entry.device) is None
            and any(self._lacks_copy(item, entry) for item in items)
        ]

    def accounts(self) -> set[bytes]:
        """Everybody for whom something waits."""
        return {item.account for item in self._store.outbox.find()}

    # --- out ---------------------------------------------------------------------------------

    def sent(self, item: Outgoing, copy: Copy, relay: str) -> bool:
        """That relay has it, durably. False: it was withdrawn while it was on its way."""
        if not self.awaits(copy):
            return False
        self._store.copies.put(msgspec.structs.replace(copy, envelope=b"", sent=True))
        if is_said(item.place):
            self._kept.keep(item, copy, relay)
        return True

    def submit_again(self, relay: str) -> None:
        """Hand this relay again what it took and forgot: the same bytes under the same id."""
        self.order += 1
        for row in self._kept.taken_by(relay):
            if self._store.outbox.get(row.number) is None:
                self._store.outbox.put(self._repetition(row, row.number))
            copy = Copy(
                number=row.number,
                device=row.device,
                mailbox=row.mailbox,
                envelope_id=row.envelope_id,
                envelope=row.envelope,
                sent=False,
            )
            self._store.copies.put(copy)
            self._kept.drop(row)
        self._state.emit(Wake())

    def unseal(self, account: bytes, device: bytes) -> None:
        """What was sealed in a session that must not be used, and did not leave, is sealed anew."""
        for item in self._store.outbox.find(account=account):
            copy = self._store.copies.get(item.number, device)
            if copy is not None and not copy.sent:
                self._store.copies.drop(item.number, device)

    def finish_all(self, contact: Contact | None, account: bytes) -> None:
        for item in self._store.outbox.find(account=account):
            self.finish(contact, item)

    def finish(self, contact: Contact | None, item: Outgoing) -> None:
        """Forget it if every device's mailbox has it; the message is SENT."""
        if not self._is_complete(item):
            return
        self.forget(item)
        told = contact or self.noted(item)
        if item.place >= 0 and told is not None:
            self._conversations.reach(told, item.id, Reach.SENT)

    def noted(self, item: Outgoing) -> Contact | None:
        """The conversation with ourselves, if that is where it was said."""
        contact = self._store.contacts.get(item.conversation)
        return contact if contact is not None and is_note(contact) else None

    def _is_complete(self, item: Outgoing) -> bool:
        wanted = {bytes(entry.device) for entry in self._devices.recipients(item.account)}
        if item.device:
            wanted &= {item.device}
        done = {copy.device for copy in self._store.copies.find(number=item.number) if copy.sent}
        return bool(done) and wanted <= done

    def forget(self, item: Outgoing) -> None:
        self._store.copies.clear(number=item.number)
        self._store.outbox.drop(item.number)

    def expire_own(self) -> None:
        """Give up what a device of ours was not there for, in too long."""
        self._own.expire()

    def withdraw(self, contact: Contact) -> None:
        """Nothing more leaves for somebody who is blocked, and nothing is said again."""
        self._kept.forget_account(contact.account)
        for item in self._store.outbox.find(conversation=contact.conversation):
            self.forget(item)
            if item.place >= 0:
                self._conversations.fail(contact, item.place, "blocked before it was sent")

    def expire(self) -> None:
        """Give up what waited for too long; of what a person said, say so."""
        for item in self._store.outbox.first("expires", self._state.clock(), EXPIRING):
            contact = self._store.contacts.get(item.conversation)
            if contact is not None:
                self.forget(item)
                if item.place >= 0:
                    self._conversations.fail(contact, item.place, "it could not be sent in 14 days")


def may_carry(session: Session, item: Outgoing) -> bool:
    """Whether `item` may be sealed in `session` now."""
    if item.confirmed_only and not session.confirmed:
        return False
    return session.may_send and len(item.content) <= session.room


def needs_confirmation() -> bool:
    """Whether what was said before waits for a confirmed session to be said again.

    Whoever stole a prekey could otherwise begin a session in their name, and be told all that
    was said in 14 days.
    """
    return True
