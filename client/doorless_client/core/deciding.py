"""What the person decides about a contact's keys: to accept new ones, or that they were compared.

    CHANGED ── accept ──────────────────────────► FIRST_SEEN, under the new keys
       ├────── confirm, the new keys' number ───► VERIFIED, under the new keys
       └────── confirm, the known keys' number ─► VERIFIED, under the known ones

What waited leaves then, to whoever the keys are of. Spec: docs/spec/08-state.md §10.
"""

from doorless_client.core.conversations import Conversations
from doorless_client.core.introductions import Introductions
from doorless_client.core.outbox import Outbox
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Compared, Trust
from doorless_client.store.records import Contact


class Deciding:
    """Runs inside a change."""

    def __init__(
        self,
        trust: TrustKeeper,
        conversations: Conversations,
        outbox: Outbox,
        introductions: Introductions,
    ) -> None:
        self._trust, self._conversations = trust, conversations
        self._outbox, self._introductions = outbox, introductions

    def accept(self, contact: Contact) -> None:
        """Go on under the keys that were offered; verified is lost."""
        self._take(contact, "you accepted the new keys", verified=False)

    def confirm(self, contact: Contact, compared: Compared) -> None:
        """Their other screen shows the same number: of the keys shown, or of those known before."""
        if contact.trust != Trust.CHANGED.value:
            self._trust.mark_verified(contact)
        elif compared is Compared.SAME:
            self._take(contact, "you compared the new keys", verified=True)
        else:
            kept = self._trust.mark_verified(contact)
            self._conversations.note(kept, "you compared the keys that you knew, and keep them")
            self._introductions.resume(kept)

    def _take(self, contact: Contact, words: str, *, verified: bool) -> None:
        accepted = self._trust.accept_keys(contact, verified=verified)
        self._conversations.note(accepted, words)
        if accepted.account != contact.account:
            self._outbox.readdress(accepted, contact.account)
        self._introductions.resume(accepted)
