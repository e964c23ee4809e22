"""What is pinned of a contact, and what happens when something else is shown.

    FIRST_SEEN ──verify──► VERIFIED
        │                     │
        └──── other keys ─────┴──► CHANGED ──accept──► FIRST_SEEN, under the new keys
                                      ├──── verify ──► VERIFIED, under the new keys
                                      └──── verify ──► VERIFIED, under the pinned ones

While CHANGED, nothing is sealed and nothing leaves. Spec: docs/spec/08-state.md §10.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.conversations import Conversations
from doorless_client.core.devices import Devices
from doorless_client.core.log_lookup import check_usable
from doorless_client.core.logs import Logs
from doorless_client.core.present import subject
from doorless_client.core.state import State
from doorless_client.core.views import KeyChanged, Standing, Trust
from doorless_client.store.records import Contact, Evidence
from doorless_protocol.errors import ForgedError, ForkedError, GhostError
from doorless_protocol.manifest import (
    DeviceEntry,
    Manifest,
    SignedHead,
    Staple,
    check_follows,
)

OTHER_KEYS = "the keys of this contact changed: nothing is sent until you decide"
FORK = (
    "two contradicting device lists were signed for this contact: nothing is sent until you decide"
)
MAX_EVIDENCE = 1000
"""Contradicting statements kept, beyond which none of a stranger's is."""

GHOST = (
    "this contact was shown keys in your name that are not yours: nothing is sent until you decide"
)
WAS_VERIFIED = "you had verified them, so compare again before you accept"


class TrustKeeper:
    """Pins, compares, and remembers what the person said of it. Changes run inside a change."""

    def __init__(self, state: State, conversations: Conversations, devices: Devices) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._devices = conversations, devices

    # --- what a relay or a peer shows --------------------------------------------------------

    def compare(
        self, contact: Contact, manifest: Manifest, between: Sequence[SignedHead]
    ) -> Contact:
        """Pin a newer manifest that follows; one that does not makes the contact CHANGED.

        Raises:
            ExpiredError: it is older than what is pinned, or from the future.
        """
        if manifest.account != contact.account:
            return self.contradict(contact, OTHER_KEYS, offered=manifest.encode())
        pinned = SignedHead.decode(contact.head)
        # Who adds a contact again asks for the whole history, of which we know the beginning.
        since = [head for head in between if head.version >= pinned.version]
        try:
            check_follows(pinned, since, manifest.head)
        except ForkedError as fork:
            self.keep_evidence(contact.account, fork.what, fork.ours, fork.theirs)
            return self.contradict(contact, FORK, offered=manifest.encode())
        manifest.head.check_time(self._state.now())
        return self._pin(contact, manifest)

    def compare_staple(self, contact: Contact, staple: Staple) -> Contact:
        """What a session's first message vouches for itself with. A newer head is pinned.

        Raises:
            ForkedError: it contradicts what is pinned. The contact is CHANGED, with evidence.
            ForgedError: an older one, with a device that the pinned manifest does not list so.
            ExpiredError: an older one, and what is pinned is not known in full; or from the
                future.
        """
        staple.head.check_time(self._state.now())
        manifest = Manifest.decode(contact.manifest) if contact.manifest else None
        pinned = SignedHead.decode(contact.head)
        if manifest is not None and staple.version < manifest.version == pinned.version:
            check_listed(manifest, staple.entry)
            return contact
        try:
            check_follows(pinned, (), staple.head)
        except ForkedError as fork:
            self.keep_evidence(contact.account, fork.what, fork.ours, fork.theirs)
            self.contradict(contact, FORK, offered=b"")
            raise
        if manifest is not None and staple.hash == manifest.hash:
            return contact
        newer = msgspec.structs.replace(
            contact,
            head=staple.head.encode(),  # so that no relay makes us go back behind it
            looked_up=0.0,  # the rest of it is looked up before anything but a control leaves
        )
        self._store.contacts.put(newer)
        if self._devices.add(contact.account, staple.entry) and manifest is not None:
            self._conversations.note(newer, _line(newer, "added", 1))
        return newer

    def _pin(self, contact: Contact, manifest: Manifest) -> Contact:
        known = bool(contact.manifest)
        came, went = self._devices.adopt(contact.account, manifest)
        pinned = msgspec.structs.replace(
            contact, head=manifest.head.encode(), manifest=manifest.encode()
        )
        self._store.contacts.put(pinned)
        if known and came:
            self._conversations.note(pinned, _line(pinned, "added", came))
        if known and went:
            self._conversations.note(pinned, _line(pinned, "removed", went))
        return pinned

    def contradict(self, contact: Contact, why: str, *, offered: bytes) -> Contact:
        """Stop sending to them, and ask the person."""
        if contact.trust == Trust.CHANGED.value and contact.offered == offered:
            return contact
        changed = msgspec.structs.replace(contact, trust=Trust.CHANGED.value, offered=offered)
        self._store.contacts.put(changed)
        was_verified = contact.trust == Trust.VERIFIED.value
        self._conversations.note(changed, f"{why}; {WAS_VERIFIED}" if was_verified else why)
        self._state.show_last(
            b"key" + contact.conversation, lambda: KeyChanged(self._conversations.chat(changed))
        )
        return changed

    def ghost(self, contact: Contact | None, account: bytes, seen: GhostError) -> None:
        """Somebody was shown keys in our name that are not ours.

        The same again is no news: a relay could repeat the message, and so the alarm, for ever.
        """
        if contact is None and len(self._store.evidence.find()) >= MAX_EVIDENCE:
            return  # anybody can claim anything, and it is kept for ever
        is_new = self.keep_evidence(account, seen.what, seen.ours, seen.shown)
        if contact is not None and is_new:
            self.contradict(contact, GHOST, offered=b"")

    def keep_evidence(self, account: bytes, what: str, ours: bytes, theirs: bytes) -> bool:
        """Returns whether it is new."""
        if self._store.evidence.find(account=account, what=what, ours=ours, theirs=theirs):
            return False
        last = self._store.evidence.last()
        number = last.number + 1 if last else 1
        self._store.evidence.put(Evidence(number, self._state.now(), account, what, ours, theirs))
        return True

    # --- what the person says ----------------------------------------------------------------

    def accept_keys(self, contact: Contact, *, verified: bool = False) -> Contact:
        """Pin what was offered. `verified` is lost, unless these very keys were compared."""
        trust = trust_in(verified=verified)
        accepted = msgspec.structs.replace(
            contact, trust=trust.value, offered=b"", looked_up=0.0, introduced=False
        )
        if not contact.offered:
            self._store.contacts.put(accepted)
            return accepted
        manifest = Manifest.decode(contact.offered)
        if not verified:
            check_usable(Logs(self._state).pin(contact.relay, contact.handle))
        if manifest.account != contact.account:
            if self._store.contacts.find(account=manifest.account):
                raise RefusedError("these keys are those of another contact: forget one of the two")
            self._devices.remove_all(contact.account)
            accepted = msgspec.structs.replace(accepted, account=manifest.account, token=b"")
        self._devices.adopt(accepted.account, manifest)
        accepted = msgspec.structs.replace(
            accepted, head=manifest.head.encode(), manifest=manifest.encode()
        )
        self._store.contacts.put(accepted)
        return accepted

    def mark_verified(self, contact: Contact) -> Contact:
        """The pinned keys were compared; whatever was offered in their place is not theirs."""
        verified = msgspec.structs.replace(contact, trust=Trust.VERIFIED.value, offered=b"")
        self._store.contacts.put(verified)
        return verified


def check_listed(manifest: Manifest, entry: DeviceEntry) -> None:
    """Raises ForgedError: the manifest has no such device, or has it with other keys."""
    if manifest.entry(entry.device) != entry:
        raise ForgedError("a device with other keys than its account lists")


def trust_in(*, verified: bool) -> Trust:
    """What keys are worth that took the place of others: what was compared of those, is over."""
    return Trust.VERIFIED if verified else Trust.FIRST_SEEN


def may_send(contact: Contact) -> bool:
    """Whether anything at all may be sealed for this contact, or leave for them."""
    return contact.trust != Trust.CHANGED.value and contact.standing != Standing.BLOCKED.value


def check_may_send(contact: Contact) -> None:
    """Raises KeyChangedError or RefusedError: nothing may be said to this contact now."""
    if contact.trust == Trust.CHANGED.value:
        raise KeyChangedError(OTHER_KEYS)
    if contact.standing == Standing.BLOCKED.value:
        raise RefusedError("this contact is blocked: accept them first")


def _line(contact: Contact, did: str, count: int) -> str:
    devices = "a device" if count == 1 else f"{count} devices"
    return f"{subject(contact)} {did} {devices}"
