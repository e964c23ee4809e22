"""How a conversation goes on whose keys were lost on either side: a handshake, then repetition.

    works ── it breaks ──► BROKEN ── the wait is over ──► BEGUN ── confirmed ──► works
                             ▲   nothing is sealed          │  what was never acknowledged is
                             └────── no answer ─────────────┘  said again, and our profile

It breaks where a session is gone or older than it was, where an authentic message does not fit
it, and where this copy of the profile takes the place of another one. What was said before is
repeated only into a session that is confirmed: an impostor could ask for all of it otherwise.
Spec: docs/spec/08-state.md §13.
"""

from collections.abc import Iterable, Sequence

import msgspec

from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.outbox import Outbox
from doorless_client.core.sessions import Device
from doorless_client.core.state import State
from doorless_client.core.trust import may_send
from doorless_client.core.unacknowledged import Kept
from doorless_client.core.views import Standing
from doorless_client.core.voices import Voices
from doorless_client.store.records import Contact
from doorless_client.store.resync_records import Resync
from doorless_protocol.choice import replaces
from doorless_protocol.content import Control
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.session import Session

AT_MOST_EVERY = 600.0
"""Seconds between two resyncs with one device: each costs it a one-time prekey, and a handshake."""

LONGEST_WAIT = 86_400.0
"""Seconds to which the wait doubles; after so long without any, it begins anew."""

LOST = "the keys of this conversation were lost or damaged: it begins anew, nothing said is lost"
BROKEN = (
    "a message could not be opened that is theirs: their device or this one went back to an older "
    "state, or somebody has a copy of it. The conversation begins anew; what was lost comes again"
)

FORGOTTEN = (
    "their device begins anew as if it had not spoken here: it went back to an older state, or "
    "somebody has a copy of it. The conversation begins anew; what was lost comes again"
)

DOUBTED = (
    "their device speaks in the session before, and nobody proved to be in the new one: that was "
    "somebody else, or it did not arrive. The conversation begins anew"
)


class Resyncs:
    """All but the questions runs inside a change."""

    def __init__(
        self,
        state: State,
        conversations: Conversations,
        contacts: Contacts,
        devices: Devices,
        outbox: Outbox,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._contacts = conversations, contacts
        self._devices, self._outbox = devices, outbox
        self._kept, self._voices = Kept(state), Voices(state.store)

    # --- it breaks ---------------------------------------------------------------------------

    def repair(self) -> None:
        """When the profile is opened: go on without the sessions that cannot be gone on with.

        It is told once, however often the profile is opened before the resync may begin.
        """
        lost = set(self._state.sessions.repair())
        told = {(row.account, row.device) for row in self._store.resyncs.find(pending=True)}
        self._break_all(lost & told, "")
        self._break_all(lost - told, LOST)

    def start_over(self) -> None:
        """Go on without any session there is: another copy of this profile may have used them."""
        sessions = self._state.sessions.newest_first()
        held = {(one.their_account, one.their_device) for one in sessions}
        # Also where this copy knows of no session: the later one may have begun it.
        contacts = {
            (contact.account, bytes(entry.device))
            for contact in self._store.contacts.find(standing=Standing.CONTACT.value)
            for entry in self._devices.recipients(contact.account)
        }
        self._break_all(held | contacts, "")

    def broken(self, session: Session) -> None:
        """An authentic message does not fit `session`. Only the one that sends matters."""
        account, device = session.their_account, session.their_device
        sending = self._state.sessions.sending(account, device)
        if sending is not None and sending.id == session.id:
            self._break_all([(account, device)], BROKEN, suspect=True)

    def overheard(self, session: Session) -> None:
        """A message opened in `session`: if that is not the one that sends, which is right?"""
        account, device = session.their_account, session.their_device
        sending = self._state.sessions.sending(account, device)
        if sending is None or sending.id == session.id:
            return
        if is_forgotten(sending, session):
            self._break_all([(account, device)], FORGOTTEN, suspect=True)
        elif is_doubted(sending, session, self._state.clock()):
            self._break_all([(account, device)], DOUBTED, suspect=True)

    def _break_all(self, devices: Iterable[Device], why: str, *, suspect: bool = False) -> None:
        told: set[bytes] = set()
        for account, device in sorted(devices):
            self._break(account, device, suspect=suspect)
            contact = self._contacts.with_account(account)
            if why and contact is not None and account not in told:
                self._conversations.note(contact, why)
                told.add(account)

    def _break(self, account: bytes, device: bytes, *, suspect: bool) -> None:
        held = self._state.sessions.with_device(account, device)
        known = self._state.sessions.known_number(account, device)
        floor = max([known, *(session.number for session in held)])
        row = self._store.resyncs.get(account, device)
        pending = (
            account != self._state.account
        )  # our other devices: when there is something to say
        self._store.resyncs.put(
            Resync(
                account,
                device,
                floor,
                row.begun if row else 0.0,
                row.tries if row else 0,
                pending=pending,
                suspect=suspect or bool(row and row.pending and row.suspect),
                repeated=row.repeated if row else 0.0,
            )
        )
        self._outbox.unseal(account, device)
        self._state.sessions.settle(account, device, self._state.now())

    # --- it begins anew ----------------------------------------------------------------------

    def accounts(self) -> set[bytes]:
        """Whom a resync is due with, now or later."""
        return {row.account for row in self._store.resyncs.find(pending=True)}

    def due(self, account: bytes) -> list[DeviceEntry]:
        """Devices to begin anew with now."""
        contact = self._contacts.with_account(account)
        if contact is None or contact.standing != Standing.CONTACT.value or not may_send(contact):
            return []
        now = self._state.clock()
        rows = {row.device: row for row in self._store.resyncs.find(account=account, pending=True)}
        return [
            entry
            for entry in self._devices.recipients(account)
            if entry.device in rows
            and self._is_without_answer(account, entry.device)
            and not is_too_soon(rows[entry.device], now)
        ]

    def lacking(self, account: bytes) -> list[DeviceEntry]:
        """Devices to begin a session with now, for whatever reason."""
        due = self.due(account)
        waiting = {row.device for row in self._store.resyncs.find(account=account, pending=True)}
        others = [
            entry
            for entry in self._outbox.lacking_session(account)
            if entry.device not in waiting and entry not in due
        ]
        return due + others

    def is_pending(self, account: bytes) -> bool:
        """Whether something can be said to a device of theirs only once it begins anew."""
        return account in self.accounts()

    def unsettled(self) -> int:
        """Devices to begin anew with as soon as a relay can be reached."""
        return sum(len(self.due(account)) for account in self.accounts())

    def next_due(self) -> float | None:
        """When the wait of a resync ends that is still to begin."""
        now = self._state.clock()
        rows = self._store.resyncs.find(pending=True)
        later = [not_before(row) for row in rows if is_too_soon(row, now)]
        return min(later, default=None)

    def _is_without_answer(self, account: bytes, device: bytes) -> bool:
        session = self._state.sessions.sending(account, device)
        return session is None or session.awaiting_reply

    def kind(self, account: bytes, device: bytes) -> Kind:
        """What a handshake with this device would be."""
        known = self._state.sessions.known_number(account, device)
        broke = self._store.resyncs.get(account, device)
        return Kind.RESYNC if known or broke else Kind.START

    def received(self, account: bytes, device: bytes, kind: Kind) -> int:
        """What such a handshake lists: the counter below which we heard all that they said.

        0 in a START, and for our own devices, which say things in many conversations. 0 too
        where a copy of theirs, or who began a session on a stolen prekey, may have taken their
        counters: they would take it for heard.
        """
        row = self._store.resyncs.get(account, device)
        if kind is Kind.START or account == self._state.account or (row and row.suspect):
            return 0
        if is_unproven(self._state.sessions.with_device(account, device)):
            return 0
        shared = conversation_id(self._state.account, AccountId(account))
        return self._voices.heard_below(shared, device)

    def begun(self, session: Session) -> None:
        """A handshake of kind RESYNC is ready to leave: let it leave, and count it."""
        account, device = session.their_account, session.their_device
        row = self._store.resyncs.get(account, device)
        now = self._state.clock()
        if row is None:  # nothing broke: its sessions ended long ago
            return
        quiet = now - row.begun > LONGEST_WAIT
        tries = 1 if quiet else row.tries + 1
        self._store.resyncs.put(msgspec.structs.replace(row, begun=now, tries=tries))
        contact = self._contacts.with_account(account)
        if contact is not None and row.pending:
            self._outbox.say(contact, Control(), device=device)

    # --- it goes on --------------------------------------------------------------------------

    def heard(self, session: Session) -> None:
        """What a resync of theirs lists as received, they have."""
        if session.kind is Kind.RESYNC and not session.initiator:
            self._kept.acknowledge_below(
                session.their_account, session.their_device, session.received
            )

    def confirmed(self, contact: Contact, session: Session) -> None:
        """Nobody but their device is at the other end: say again what it did not get."""
        account, device = session.their_account, session.their_device
        row = self._store.resyncs.get(account, device)
        if row is not None and row.pending and may_still_serve(session, row):
            self._store.resyncs.put(msgspec.structs.replace(row, pending=False))
        if session.kind is Kind.RESYNC or self._came_in_spite_of_another(session):
            self.heard(session)
            self._close_replaced(session)
            self._outbox.repeat(account, device, self._repeat_from(account, device))
            current = self._store.contacts.get(contact.conversation)
            if current is not None:
                self._store.contacts.put(msgspec.structs.replace(current, introduced=False))

    def _repeat_from(self, account: bytes, device: bytes) -> float:
        """When what this device did not acknowledge may be said to it again, and note that."""
        row = self._store.resyncs.get(account, device)
        row = row or Resync(account, device, 0, 0.0, 0, pending=False, suspect=False, repeated=0.0)
        at = repeats_from(row.repeated, self._state.clock())
        self._store.resyncs.put(msgspec.structs.replace(row, repeated=at))
        return at

    def _close_replaced(self, session: Session) -> None:
        """Whoever else holds the state of what broke, is not heard any more.

        What their device itself sealed there, it says again here.
        """
        held = self._state.sessions.with_device(session.their_account, session.their_device)
        for one in held:
            if one.id != session.id and is_closed_by(session, one):
                self._state.sessions.drop(one)

    def _came_in_spite_of_another(self, session: Session) -> bool:
        """Whether what was sealed in another session may never be opened: begun unknown to it."""
        held = self._state.sessions.with_device(session.their_account, session.their_device)
        return any(one.number > session.known for one in held if one.id != session.id)


def is_doubted(sending: Session, heard: Session, now: float) -> bool:
    """Whether nobody showed in `sending` for long, and their device goes on in another session.

    Who stole a prekey can begin it in their name, under a number that theirs come to in a day:
    he would be told all that is typed, and they nothing, until then.
    """
    return (
        heard.confirmed
        and heard.id != sending.id
        and not sending.confirmed
        and not sending.initiator
        and now - sending.began >= AT_MOST_EVERY
    )


def is_forgotten(sending: Session, heard: Session) -> bool:
    """Whether their device began `heard` without knowing `sending`, in which it had spoken before.

    It went back to a state before that, by a clock behind the one of then: its number does not
    tell. What we seal in `sending` it cannot open, nor know that it is ours. Sessions that
    crossed are begun closer together; one that waited long in a queue costs a resync.
    """
    return (
        sending.confirmed
        and not heard.initiator
        and heard.known < sending.number
        and heard.began - sending.began >= AT_MOST_EVERY
    )


def is_unproven(held: Sequence[Session]) -> bool:
    """Whether some of what was heard of a device, somebody else may have said."""
    return any(not one.confirmed and not one.initiator for one in held)


def is_closed_by(confirmed: Session, older: Session) -> bool:
    """Whether a confirmed session ends another one, which would still receive for 30 days."""
    return confirmed.kind is Kind.RESYNC and replaces(confirmed, older)


def repeats_from(last: float, now: float) -> float:
    """When to say again what was said again at `last`: a peer may begin anew as often as it likes.

    A wait of AT_MOST_EVERY at most, wherever our clock was.
    """
    return min(max(now, last + AT_MOST_EVERY), now + AT_MOST_EVERY)


def is_too_soon(row: Resync, now: float) -> bool:
    """Whether the last resync with this device is too near; not by a clock that ran ahead."""
    return row.begun <= now < not_before(row)


def not_before(row: Resync) -> float:
    """When the next resync with this device may begin, Unix seconds."""
    if not row.tries:
        return 0.0
    wait = AT_MOST_EVERY * 2.0 ** min(row.tries - 1, 16)
    return row.begun + min(wait, LONGEST_WAIT)


def may_be_told(session: Session) -> bool:
    """Whether what was said before may be said again in this session: not on a stolen prekey."""
    return session.confirmed


def may_still_serve(session: Session, row: Resync) -> bool:
    """Whether this session came after what broke."""
    return session.number > row.floor
