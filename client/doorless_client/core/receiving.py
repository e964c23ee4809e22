"""From a delivered envelope to what was said.

An envelope is tried on every session, then as a first contact. Everything is worked out on
values; only what authenticated, and reads as it should, is stored: the session's next state,
the message, the used one-time prekey's deletion, the replay map's row, together. Whatever
fails is counted, acknowledged like the rest, and changes nothing else.
Spec: docs/spec/08-state.md §6.
"""

from typing import NamedTuple

from msgspec.structs import replace

from doorless_client.core import keyring, present
from doorless_client.core.ahead import Ahead
from doorless_client.core.arriving import UNFIT, Arrival, MisfitError, arrival_of, arrive
from doorless_client.core.contacts import Contacts
from doorless_client.core.conversations import Conversations
from doorless_client.core.fleet import Fleet
from doorless_client.core.hearing import Hearing
from doorless_client.core.log_staples import LogStaples
from doorless_client.core.resync import Resyncs
from doorless_client.core.reuse import Place, is_used_twice, place_of
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Standing
from doorless_client.store.base import Store
from doorless_client.store.records import Contact, Origin
from doorless_protocol.envelope import open_initial
from doorless_protocol.errors import (
    DoorlessError,
    ForgedError,
    GhostError,
    ReplayedError,
)
from doorless_protocol.first_contact import respond
from doorless_protocol.frames import Deliver
from doorless_protocol.prekeys import PrekeyId
from doorless_protocol.session import Session
from doorless_protocol.sizes import FIRST_CONTACT_SIZE


class ReusedNumberError(DoorlessError):
    """A number of a session came again in another header: a copy of their state sealed it."""


class Received(NamedTuple):
    """What came of an envelope.

    Attributes:
        failure: why it could not be opened; "" when it was, or was a replay.
        heard: the account of the contact who said something; b"" when it was none.
        place: what it took of its session; None where no session went on.
    """

    failure: str = ""
    heard: bytes = b""
    place: Place | None = None


class Receiver:
    """Opens and stores. `receive` runs inside a change."""

    def __init__(
        self,
        state: State,
        ahead: Ahead,
        conversations: Conversations,
        contacts: Contacts,
        trust: TrustKeeper,
        resyncs: Resyncs,
        fleet: Fleet,
        hearing: Hearing,
    ) -> None:
        self._state, self._store, self._fleet = state, state.store, fleet
        self._ahead = ahead
        self._conversations, self._contacts, self._trust = conversations, contacts, trust
        self._resyncs, self._hearing = resyncs, hearing
        self._log_staples = LogStaples(state)

    def receive(self, delivered: Deliver) -> Received:
        """Take one envelope. One that fails leaves everything as it was."""
        envelope = delivered.envelope
        try:
            arrival = self._open(delivered)
        except MisfitError as misfit:
            return Received(self._break(misfit))
        except ReplayedError:
            return Received()
        except DoorlessError as error:
            return Received(type(error).__name__)
        return self._store_arrival(arrival, envelope)

    def _break(self, misfit: MisfitError) -> str:
        """Begin anew with who sealed it; why it did not open, "" for a mere replay."""
        session, error = misfit.session, misfit.error
        if isinstance(error, ReplayedError):
            if session is None or not is_used_twice(self._store, place_of(session, misfit.message)):
                return ""
            error = ReusedNumberError()
        if session is not None:
            self._resyncs.broken(session)
        return type(error).__name__

    # --- opening: nothing is stored, but the evidence of a ghost --------------------------------

    def _open(self, delivered: Deliver) -> Arrival:
        if (arrival := self._ahead.take(delivered)) is not None:
            return arrival
        envelope, now, ours = delivered.envelope, self._state.clock(), self._state
        sessions = ours.sessions.newest_first()
        try:
            return arrive(sessions, envelope, now, ours.account, ours.keys.kem)
        except ForgedError:
            if len(envelope) != FIRST_CONTACT_SIZE:
                raise
            return self._open_initial(envelope, now)

    def _open_initial(self, envelope: bytes, now: float) -> Arrival:
        held = keyring.bundles(self._store)
        ours = self._state.keys.device
        initial = open_initial(envelope, self._state.account, ours, held)
        known = known_origin(self._store, initial.origin)
        if known is not None:
            session = began_by(self._state.sessions.get(known.session))
            try:
                following, content = session.open(initial.message, now, self._state.keys.kem)
            except UNFIT as error:
                raise MisfitError(session, initial.message, error) from error
            return arrival_of(
                following, content, initial.message, self._state.account, before=session
            )
        named = next(secrets for secrets in held if secrets.bundle_id == initial.bundle_id)
        secrets = keyring.with_pair(self._store, named, initial.one_time_id)
        manifests = self._fleet.own.known_to(initial.manifest_version, initial.manifest_hash)
        try:
            accepted = respond(initial, self._state.us, secrets, manifests, now)
        except GhostError as ghost:
            account = initial.staple.account
            self._trust.ghost(self._contacts.with_account(account), account, ghost)
            raise
        arrival = arrival_of(
            accepted.session, accepted.content, initial.message, self._state.account
        )
        self._fleet.own.claim(
            initial.manifest_version, initial.manifest_hash, initial.staple.account
        )
        return replace(arrival, initial=initial, used=accepted.used)

    # --- storing -----------------------------------------------------------------------------

    def _store_arrival(self, arrival: Arrival, envelope: bytes) -> Received:
        account = arrival.session.their_account
        if account == self._state.account:
            try:
                self._check_own_device(arrival)
            except DoorlessError as error:
                return Received(type(error).__name__)
            self._keep_session(arrival)
            failure = self._hearing.hear_own_device(arrival, envelope)
            self._fleet.sync.answer(arrival.session, was_confirmed=arrival.was_confirmed)
            return Received(failure, heard=account, place=arrival.place)
        known = self._contacts.with_account(account)
        if known is not None and known.standing == Standing.BLOCKED:
            if arrival.initial is None:
                self._keep_session(arrival)  # so that it still opens when they are accepted again
            return Received(place=arrival.place)
        try:
            contact = self._introduce_sender(known, arrival)
        except DoorlessError as error:
            return Received(type(error).__name__)
        if arrival.initial is None:
            self._keep_session(arrival)
        else:
            self._begin_session(contact, arrival)
        self._hearing.hear(contact, arrival, envelope)
        self._resyncs.overheard(arrival.session)
        is_contact = contact.standing == Standing.CONTACT
        return Received(heard=account if is_contact else b"", place=arrival.place)

    def _begin_session(self, contact: Contact, arrival: Arrival) -> None:
        before = self._sending(arrival.session)
        self._keep_session(arrival)
        if replaces_confirmed(before, self._sending(arrival.session)):
            words = f"a new session began with {present.subject(contact)}; not confirmed yet"
            self._conversations.note(contact, words)

    def _sending(self, session: Session) -> Session | None:
        """What is sealed for the device at the other end of `session`, is sealed in this one."""
        return self._state.sessions.sending(session.their_account, session.their_device)

    def _check_own_device(self, arrival: Arrival) -> None:
        """Raises DoorlessError: a device that no newest manifest of ours lists, or not so."""
        if arrival.initial is not None:
            self._fleet.own.vouch(arrival.initial.staple)

    def _introduce_sender(self, contact: Contact | None, arrival: Arrival) -> Contact:
        if arrival.initial is None:
            if contact is None:
                raise ForgedError("a session with somebody who was forgotten")
            return contact
        if contact is None:
            asked = self._contacts.add_request(arrival.initial.staple, arrival.initial.address)
            self._log_staples.hear(arrival.initial)
            return asked
        known = self._trust.compare_staple(contact, arrival.initial.staple)
        self._log_staples.hear(arrival.initial)
        return known

    def _keep_session(self, arrival: Arrival) -> None:
        if arrival.initial is None:
            self._state.sessions.keep(arrival.session)
            return
        self._state.sessions.add(arrival.session, self._state.now())
        self._store.origins.put(Origin(arrival.initial.origin, arrival.session.id))
        if arrival.used is not None:
            self._delete_pair(arrival.initial.bundle_id, arrival.used)

    def _delete_pair(self, bundle: PrekeyId, pair: PrekeyId) -> None:
        keyring.delete_pair(self._store, bundle, pair)


def known_origin(store: Store, origin: bytes) -> Origin | None:
    """What is known of an initial message that was accepted before."""
    return store.origins.get(origin)


def began_by(session: Session | None) -> Session:
    """The session that an initial message began, when it is seen again.

    Raises:
        ReplayedError: it was given up since; the initial message must not begin another one.
    """
    if session is None:
        raise ReplayedError("an initial message whose session is gone")
    return session


def replaces_confirmed(before: Session | None, after: Session | None) -> bool:
    """Whether another session than a confirmed one sends from now on. Never, of the very first."""
    if before is None or after is None:
        return False
    return before.confirmed and after.id != before.id
