"""Comparing safety numbers: what our screen shows, and whose keys another screen's stands for.

    digits, words or a code ──► compare ─┬─► SAME   the keys that our screen shows
                                         ├─► KNOWN  the pinned ones: those offered are not theirs
                                         └─► OTHER  nobody's: somebody may be in between

A code may say as well which anchors of key logs its screen holds. Spec: docs/spec/02-identities.md
§6, docs/spec/08-state.md §10.
"""

from collections.abc import Sequence
from typing import Protocol

from doorless_client.core import present
from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.state import State
from doorless_client.core.views import Compared, SafetyNumber, Trust
from doorless_client.safety_words import places_of, words_at
from doorless_client.store.records import Contact
from doorless_protocol import verification
from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import SignedHead
from doorless_protocol.verification import CODE_PREFIX, LogAnchor, anchors_in


class AnchorSource(Protocol):
    """What is held of the key logs, and who is told what another screen holds."""

    def to_show(self, contact: Contact) -> Sequence[LogAnchor]:
        """The newest anchor of each log that both follow, by rising log id; at most two."""
        ...

    def compared(self, contact: Contact, theirs: Sequence[LogAnchor]) -> None:
        """A code whose ids match said this. A claim, unsigned. Inside a change."""


class NoAnchors:
    """While no log is followed."""

    def to_show(self, contact: Contact) -> Sequence[LogAnchor]:
        del contact
        return ()

    def compared(self, contact: Contact, theirs: Sequence[LogAnchor]) -> None:
        """There is nothing to compare with."""


class Comparing:
    """Attributes:
    anchors: where a code's anchors come from, and go to.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.anchors: AnchorSource = NoAnchors()
        self._numbers: dict[bytes, verification.SafetyNumber] = {}

    def shown(self, contact: Contact) -> SafetyNumber:
        """Of the pinned keys, or of those offered in their place."""
        number = self._number(present.offered_head(contact))
        return SafetyNumber(
            digits=" ".join(number.groups),
            qr=number.code(self.anchors.to_show(contact)),
            words=words_at(number.words),
            name=present.name(contact),
            trust=Trust(contact.trust),
        )

    def compare(self, contact: Contact, shown: str) -> Compared:
        """Whose keys another screen shows this number, words or code of.

        Raises:
            RefusedError: it is none of the three, so nothing was compared.
        """
        if matches(self._number(present.offered_head(contact)), shown):
            return Compared.SAME
        if matches(self._number(SignedHead.decode(contact.head)), shown):
            return Compared.KNOWN
        return Compared.OTHER

    def check(self, contact: Contact, shown: str) -> Compared:
        """As `compare`. Raises KeyChangedError: it is another number."""
        compared = self.compare(contact, shown)
        if compared is Compared.OTHER:
            raise KeyChangedError("the numbers differ: somebody may be in between. Nothing marked.")
        return compared

    def hear_anchors(self, contact: Contact, shown: str) -> None:
        """What a code that matched says of the key logs. Inside a change."""
        if theirs := anchors_in(shown.strip()):
            self.anchors.compared(contact, theirs)

    def _number(self, head: SignedHead) -> verification.SafetyNumber:
        if head.account not in self._numbers:  # some 50 ms
            ours, theirs = self._state.manifest.key, head.key
            self._numbers[head.account] = verification.SafetyNumber.of(ours, theirs)
        return self._numbers[head.account]


def matches(number: verification.SafetyNumber, shown: str) -> bool:
    """All of it, in one of its three forms; a part of it was not compared.

    Raises:
        RefusedError: none of the three.
    """
    text = shown.strip()
    try:
        if text[:1].isalpha() and not text.startswith(CODE_PREFIX):
            return number.matches_words(places_of(text))
        return number.matches(text)
    except MalformedError as error:
        raise RefusedError(
            f"that is not a safety number (60 digits, 20 words, or the text of its code): {error}"
        ) from None
