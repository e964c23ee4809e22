"""Whether our relay gives others the prekeys that we left there.

Twice: it tells us the hash of what it serves, and from time to time this device asks for its
own prekeys like any stranger, on a connection of its own, and looks at what it is given. A
difference is told, and kept as evidence.
Spec: docs/spec/08-state.md §11.3.
"""

import msgspec

from doorless_client.core import keyring
from doorless_client.core.drawn import between
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.schedule import Schedule
from doorless_client.core.state import State
from doorless_client.core.trust import MAX_EVIDENCE, TrustKeeper
from doorless_client.core.views import Notice
from doorless_client.store.records import Prekeys, Setting
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered, BundleServed, FetchBundle, Refusal, Refused
from doorless_protocol.prekeys import BUNDLE_LIFETIME, ServedBundle

AUDIT_EVERY = (24 * 3600.0, 72 * 3600.0)
"""Seconds, least and most, between two looks: each one takes a one-time pair of ours."""

AUDIT_OVERDUE = 7 * 24 * 3600.0
"""Seconds without a look after which a sign-in brings one: who is rarely there meets no time."""

AUDIT_SOON = (60.0, 600.0)
"""Seconds, least and most, from that sign-in to the look: not next to it, so not known by it."""

_LOOKED_AT = "audited at"

EVIDENCE = "our prekeys"
"""Under what name differences are kept."""

OTHER_PREKEYS = (
    "ALARM: the relay gives out other prekeys in your name than this device left there; "
    "who begins a conversation with you may reach somebody else, or a copy of this profile"
)
OLD_PREKEYS = "ALARM: the relay gives out prekeys of yours that this device replaced"
NO_PREKEYS = "ALARM: the relay takes your prekeys and gives nobody any"
USED_PREKEY = "ALARM: the relay gave out a one-time prekey of yours a second time"


class Auditor:
    def __init__(self, state: State, trust: TrustKeeper) -> None:
        self._state, self._store, self._trust = state, state.store, trust
        self.times = Schedule(state, "audit at", *AUDIT_EVERY)

    def audit(self) -> Flow[None]:
        """Ask for our own prekeys as a stranger does, and look at all that he would get."""
        own = self._state.own
        expected = keyring.newest_published(self._store)
        if expected is not None:
            request = FetchBundle(self._state.keys.device)
            answered = yield Anonymously(own.relay, own.pin, request, self._state.random(16))
            with self._state.change():
                self._look_at(answered, expected)
        with self._state.change():
            looked_at = msgspec.msgpack.encode(self._state.clock())
            self._store.settings.put(Setting(_LOOKED_AT, looked_at))
            self.times.advance()

    def audit_soon(self) -> None:
        """At a sign-in, where no drawn time was met for long: a while after it."""
        now = self._state.clock()
        if now - self._looked_at() > AUDIT_OVERDUE and self.times.at > now + AUDIT_SOON[1]:
            with self._state.change():
                self.times.set(now + between(*AUDIT_SOON, self._state.random(4)))

    def _looked_at(self) -> float:
        row = self._store.settings.get(_LOOKED_AT)
        return msgspec.msgpack.decode(row.value, type=float) if row else 0.0

    def _look_at(self, answered: Answered, expected: Prekeys) -> None:
        if not isinstance(answered, BundleServed):
            refused = isinstance(answered, Refused) and answered.reason == Refusal.NOT_ALLOWED
            if refused and self._state.now() < expected.created + BUNDLE_LIFETIME:
                self._alarm(NO_PREKEYS, expected.hash, b"")
            return
        try:
            served = ServedBundle.decode(
                answered.bundle, answered.pair, answered.index, answered.path
            )
            entry = self._state.manifest.entry(self._state.keys.device)
            served.check(entry, self._state.account, self._state.now())
        except DoorlessError:
            self._alarm(OTHER_PREKEYS, expected.hash, answered.bundle)
            return
        if self.compare(served.signed.hash, expected, answered.bundle) and served.pair:
            bundle = served.signed.id
            if self._store.one_time_prekeys.get(bundle, served.pair.id) is None:
                self._alarm(USED_PREKEY, bundle, answered.pair)

    def compare(self, hash: bytes, expected: Prekeys | None = None, shown: bytes = b"") -> bool:
        """Whether this is what we left there last, or later. Else it is told. In a change.

        Args:
            hash: of the bundle that the relay serves.
            expected: what it should serve at least; None: the newest that it said it has.
            shown: all of the bundle, as evidence, where we have it.
        """
        expected = expected or keyring.newest_published(self._store)
        ours = self._store.prekeys.find(hash=hash)
        if is_expected(ours[0] if ours else None, expected):
            return True
        left_there = expected.hash if expected else b""
        self._alarm(OLD_PREKEYS if ours else OTHER_PREKEYS, left_there, shown or hash)
        return False

    def _alarm(self, words: str, ours: bytes, theirs: bytes) -> None:
        """Once for each difference: the relay could show it at every sign-in."""
        full = len(self._store.evidence.find()) >= MAX_EVIDENCE
        if full or self._trust.keep_evidence(self._state.account, EVIDENCE, ours, theirs):
            self._state.show(Notice(safe_line(words), alarms=True))


def is_expected(served: Prekeys | None, expected: Prekeys | None) -> bool:
    """Whether what is served is ours, and no older than what should be, if anything should."""
    if served is None or expected is None:
        return served is not None
    return served.drawn >= expected.drawn
