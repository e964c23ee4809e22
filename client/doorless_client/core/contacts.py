"""Whom we talk to: found, added, accepted, blocked, forgotten.

Spec: docs/spec/08-state.md §8, §10.
"""

import msgspec

from doorless_client.core.api import (
    KeyChangedError,
    LogProofError,
    RefusedError,
    UnreachableError,
)
from doorless_client.core.busy import BusyError as BusyError
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.finding import find_contact, parse_address
from doorless_client.core.forgetting import begin_forgetting, free_key
from doorless_client.core.log_lookup import (
    WAITS,
    LogLookups,
    Verified,
    check_usable,
    waits_for_anchor,
)
from doorless_client.core.matching import check_account, check_config, check_same_key
from doorless_client.core.pins import check_pin, pin_of
from doorless_client.core.shelf_rows import note_key, note_row
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Standing, Trust
from doorless_client.core.witnessed import witnessed
from doorless_client.store.base import Store
from doorless_client.store.records import Contact
from doorless_protocol.errors import DoorlessError, ExpiredError, UnwitnessedError
from doorless_protocol.frames import Found, Hello, Refused, RelayInfo
from doorless_protocol.invite import Address, InviteLink, RelayAddress
from doorless_protocol.keys import AccountId, conversation_id
from doorless_protocol.manifest import Manifest, SignedHead, Staple

FRESH_FOR = 600
"""Seconds that a looked-up manifest may serve for sending. protocol.md 7."""

MAX_REQUESTS = 200
"""Requests that may wait for the person. Each brings a session, on which every envelope is tried
from then on, and costs whoever makes it up nothing: no account, no relay."""

NOT_THEIRS = "the address they gave, is not theirs: nothing is sent until you decide"


class TooManyRequestsError(DoorlessError):
    """Refuse one more: the person has to accept, block or forget some first."""


class Contacts:
    def __init__(
        self, state: State, conversations: Conversations, devices: Devices, trust: TrustKeeper
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._devices, self._trust = conversations, devices, trust
        self._log = LogLookups(state)

    # --- finding -----------------------------------------------------------------------------

    def get(self, conversation: bytes) -> Contact:
        """Raises RefusedError: there is no such conversation."""
        contact = self._store.contacts.get(conversation)
        if contact is None:
            raise RefusedError("there is no such conversation")
        return contact

    def with_account(self, account: bytes) -> Contact | None:
        found = self._store.contacts.find(account=account)
        return found[0] if found else None

    def _at(self, address: Address) -> Contact | None:
        """Who is pinned under this address."""
        found = self._store.contacts.find(handle=address.handle, relay=str(address.relay))
        return found[0] if found else None

    def in_conversation(self, shared: bytes) -> Contact | None:
        """The contact with whom contents name the conversation so; or we with ourselves."""
        ours = self._state.account
        if shared == note_key(self._state):
            return note_row(self._state)
        for contact in self._store.contacts.find():
            if conversation_id(ours, AccountId(contact.account)) == shared:
                return contact
        return None

    def find(self, words: str) -> Contact:
        """As `find_contact`, among all. Raises RefusedError: nobody is called so, or several."""
        return find_contact(self._store.contacts.find(), words, self._state.address)

    def relay_of(self, contact: Contact) -> str:
        """Where their mailbox is: as vouched for, else as they claim, else as ours."""
        if contact.relay:
            return contact.relay
        if contact.claim:
            return str(Address.parse(contact.claim).relay)
        return self._state.own.relay

    # --- adding ------------------------------------------------------------------------------

    def add(self, text: str) -> Flow[Contact]:
        """Look up whom `handle@relay` or an invite link names, and pin what is found.

        Raises:
            RefusedError: malformed, unknown, ourselves, or the person or the relay is not
                who the link says.
            UnreachableError: the relay; nothing was added.
        """
        address, link, named = parse_address(text)
        tls = check_pin(self._store, str(address.relay), named)
        if link and link.config:
            yield from self._compare_config(address, tls, link.config)
        manifest, heads, verified = yield from witnessed(self._lookup(address, tls, 0))
        if link:
            check_account(manifest, link, address)
        if manifest.account == self._state.account:
            raise RefusedError("that is you")
        if verified is not None and link is None:
            check_usable(verified.pin)  # whom a link names was named by the person who gave it
        with self._state.change():
            self._log.keep(verified)
            contact = self._add_found(address, link, tls, manifest, heads)
            self._conversations.show_chat(contact)
        if contact.trust == Trust.CHANGED.value:
            raise KeyChangedError(f"the keys of {address} are not those that you know")
        return contact

    def _add_found(
        self,
        address: Address,
        link: InviteLink | None,
        pin: bytes,
        manifest: Manifest,
        heads: list[SignedHead],
    ) -> Contact:
        # Whoever is pinned under this address comes first: one address, one contact.
        known = self._at(address) or self.with_account(manifest.account)
        if known is not None:
            known = self._vouch(known, address, link, pin)
            try:
                return self._trust.compare(known, manifest, heads)
            except ExpiredError as error:
                raise RefusedError(f"out of date, so nothing was changed: {error}") from None
        contact = Contact(
            conversation=self._key_for(manifest.account),
            account=manifest.account,
            handle=address.handle,
            relay=str(address.relay),
            pin=pin,
            claim="",
            name="",
            trust=Trust.FIRST_SEEN.value,
            standing=Standing.CONTACT.value,
            head=manifest.head.encode(),
            manifest=manifest.encode(),
            offered=b"",
            token=(link.token if link else None) or b"",
            looked_up=self._state.clock(),
            introduced=False,
            added=self._state.now(),
        )
        self._store.contacts.put(contact)
        self._devices.adopt(contact.account, manifest)
        return contact

    def _vouch(
        self, contact: Contact, address: Address, link: InviteLink | None, pin: bytes
    ) -> Contact:
        """Somebody known under an address: added on purpose, so a contact from now on."""
        vouched = msgspec.structs.replace(
            contact,
            handle=address.handle,
            relay=str(address.relay),
            pin=pin,
            standing=Standing.CONTACT.value,
            token=contact.token or (link.token if link else None) or b"",
            looked_up=self._state.clock(),
        )
        self._store.contacts.put(vouched)
        return vouched

    def add_request(self, staple: Staple, claim: str) -> Contact:
        """Somebody unknown wrote first. Inside a change.

        Raises:
            TooManyRequestsError: MAX_REQUESTS wait already.
        """
        waiting = len(self._store.contacts.find(standing=Standing.REQUEST.value))
        if waiting >= MAX_REQUESTS:
            raise TooManyRequestsError(f"{waiting} requests wait for the person already")
        contact = Contact(
            conversation=self._key_for(staple.account),
            account=staple.account,
            handle="",
            relay="",
            pin=b"",
            claim="" if belongs_to_another(self._store, claim) else claim,
            name="",
            trust=Trust.FIRST_SEEN.value,
            standing=Standing.REQUEST.value,
            head=staple.head.encode(),
            manifest=b"",
            offered=b"",
            token=b"",
            looked_up=0.0,
            introduced=False,
            added=self._state.now(),
        )
        self._store.contacts.put(contact)
        self._devices.add(contact.account, staple.entry)
        if contact.claim != claim:
            self._conversations.note(contact, f"gives the address of another contact: {claim}")
        return contact

    def _key_for(self, account: AccountId) -> bytes:
        """What a new conversation is kept under.

        Not its id, where a conversation that began with this account went on with another one:
        who still holds the old account must not get back into it.
        """
        key = conversation_id(self._state.account, account)
        return free_key(self._store, key, self._state.random)

    # --- keeping up to date ------------------------------------------------------------------

    def refresh(self, conversation: bytes) -> Flow[None]:
        """See to it that the pinned manifest was the newest one ten minutes ago, at most.

        Raises:
            BusyError: the relay does not say.
            DoorlessError: what it shows does not verify, or is older than what is pinned.
        """
        contact = self.get(conversation)
        if is_fresh(contact, self._state.clock()):
            return
        if contact.handle:
            address = Address(contact.handle, RelayAddress.parse(contact.relay))
        elif contact.claim:
            address = Address.parse(contact.claim)
        else:
            return  # nobody vouches for their manifest but they themselves
        version = SignedHead.decode(contact.head).version
        try:
            pin = pin_of(self._store, str(address.relay))
            manifest, heads, verified = yield from self._lookup(address, pin, version)
        except UnreachableError:
            raise  # nobody refused
        except (UnwitnessedError, LogProofError) as failed:
            if not self._log.may_go_on(address, contact, failed):
                raise
            self._note_looked_up(conversation)
            return
        except RefusedError as refused:
            raise BusyError(str(refused), FRESH_FOR) from None
        current = self._store.contacts.get(conversation)
        if current is None:
            return  # forgotten meanwhile
        if verified is not None and waits_for_anchor(verified.pin, current, manifest):
            with self._state.change():
                self._log.keep(verified)
            raise BusyError(WAITS, FRESH_FOR)
        with self._state.change():
            self._log.keep(verified)
            self._adopt(current, address, manifest, heads)

    def _note_looked_up(self, conversation: bytes) -> None:
        """Nothing new is believed for now; what is pinned goes on."""
        current = self._store.contacts.get(conversation)
        if current is not None:
            with self._state.change():
                looked_up = self._state.clock()
                self._store.contacts.put(msgspec.structs.replace(current, looked_up=looked_up))

    def _adopt(
        self, contact: Contact, address: Address, manifest: Manifest, heads: list[SignedHead]
    ) -> None:
        looked_up = self._state.clock()
        holder = self._at(address)
        is_taken = holder is not None and holder.conversation != contact.conversation
        if is_taken or (not contact.handle and manifest.account != contact.account):
            disproved = msgspec.structs.replace(contact, claim="", looked_up=looked_up)
            self._store.contacts.put(disproved)
            # What waits was said to whom they claimed to be: the person decides anew.
            self._trust.contradict(disproved, f"{address}, {NOT_THEIRS}", offered=b"")
            if holder is not None and is_taken:
                self._trust.compare(holder, manifest, heads)  # it shows other keys for them now
            return
        relay = str(address.relay)
        pin = pin_of(self._store, relay)
        vouched = msgspec.structs.replace(
            contact, handle=address.handle, relay=relay, pin=pin, looked_up=looked_up
        )
        self._store.contacts.put(vouched)
        self._trust.compare(vouched, manifest, heads)
        self._conversations.show_chat(vouched)

    def _compare_config(self, address: Address, pin: bytes, expected: bytes) -> Flow[None]:
        relay = str(address.relay)
        answered = yield Anonymously(relay, pin, Hello(), str(address).encode())
        check_config(answered, expected, relay)
        if isinstance(answered, RelayInfo):
            self._log.meet(relay, answered)

    def _lookup(
        self, address: Address, pin: bytes, known: int
    ) -> Flow[tuple[Manifest, list[SignedHead], Verified | None]]:
        asked = self._log.request(address, known)
        answered = yield Anonymously(str(address.relay), pin, asked, str(address).encode())
        if isinstance(answered, Refused) and answered.retry_after:
            raise RefusedError(f"the relay is busy: try again in {answered.retry_after} seconds")
        if not isinstance(answered, Found):
            raise RefusedError(f"the relay knows nobody called {address}")
        if not answered.manifest:
            absent = yield from self._log.verify(
                address, pin, asked, answered, None, self._at(address)
            )
            with self._state.change():
                self._log.keep(absent)  # the next anchor has to agree
            raise RefusedError(f"nobody is called {address}, by the relay's key log")
        try:
            heads = [SignedHead.decode(head) for head in answered.heads]
            manifest = Manifest.decode(answered.manifest)
            check_same_key(manifest, heads)
        except DoorlessError as error:
            raise RefusedError(
                f"what the relay says of {address} does not verify: {error}"
            ) from None
        verified = yield from self._log.verify(
            address, pin, asked, answered, manifest, self._at(address)
        )
        return manifest, heads, verified

    # --- what the person decides -------------------------------------------------------------

    def accept_request(self, contact: Contact) -> Contact:
        """A request, or somebody blocked, is a contact from now on. Inside a change."""
        accepted = msgspec.structs.replace(
            contact, standing=Standing.CONTACT.value, introduced=False
        )
        self._store.contacts.put(accepted)
        self._conversations.show_chat(accepted)
        return accepted

    def block(self, contact: Contact) -> None:
        """What they send is dropped, and the token goes out of use. Inside a change.

        Also a request's: who was never told the token may have it from an invite link.
        """
        blocked = msgspec.structs.replace(contact, standing=Standing.BLOCKED.value)
        self._store.contacts.put(blocked)
        self._store.receipts_due.clear(conversation=contact.conversation)
        self._conversations.show_chat(blocked)
        if contact.standing != Standing.BLOCKED.value:
            self.rotate_token()

    def rotate_token(self) -> None:
        """Draw another delivery token; contacts get it once the relay knows it. Inside a change."""
        own = self._state.own
        self._store.own.put(
            msgspec.structs.replace(own, token=self._state.random(16), token_published=False)
        )

    def forget(self, contact: Contact) -> None:
        """Delete them, and all that was said; most of it by and by. Inside a change."""
        begin_forgetting(self._store, contact, self._state.account)
        self._conversations.owes_scrub = True
        self._devices.remove_all(contact.account)


def is_fresh(contact: Contact, now: float) -> bool:
    return 0 <= now - contact.looked_up <= FRESH_FOR


def belongs_to_another(store: Store, claim: str) -> bool:
    """Whether a contact is known under an address that somebody else gives as his own."""
    address = Address.parse(claim)
    return bool(store.contacts.find(handle=address.handle, relay=str(address.relay)))
