"""The prekeys that let others begin a session with this device: published, renewed, deleted.

    nothing served ── at a sign-in ──►  served ── a drawn time: 6 days old ──► other keys
                                        │    ▲
                                        └────┘ a drawn time: few pairs left: another batch

Secrets are stored before the relay can serve what they belong to, and deleted when nothing
sealed to it can wait anywhere any more. Nothing that others can see happens because somebody
came online or began a session. Spec: docs/spec/08-state.md §11.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from doorless_client.core import keyring
from doorless_client.core.audit import Auditor
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow, SignedIn
from doorless_client.core.schedule import Schedule
from doorless_client.core.state import State
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_protocol.frames import (
    MAX_PAIRS_PER_FRAME,
    AddPrekeys,
    Answered,
    BeginPrekeys,
    CommitPrekeys,
    PrekeysHeld,
    PrekeyStatus,
    Refusal,
    Refused,
    SignedInRequest,
)
from doorless_protocol.merkle import HASH_SIZE
from doorless_protocol.prekey_secrets import (
    PrekeySecrets,
    draw_bundle,
    refill_bundle,
    refill_due,
    rotation_due,
    rotation_overdue,
    to_forget,
)
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.session import Session

MAINTAIN_EVERY = (4 * 3600.0, 12 * 3600.0)
"""Seconds, least and most, between two looks: at times that say nothing about the person."""

PUBLISH_AGAIN = 3600
"""Seconds between two uploads at sign-ins: a relay may say at each that it has nothing."""

MAX_BUNDLES = 200
"""Bundles whose secrets are kept: two refills a day of 60 days are 120; the rest is a bound."""

SAME_KEYS = (
    "ALARM: another device drew the very same keys; if this machine was copied, or started from an "
    "image, its randomness repeats itself: make a new account on another one"
)

Drawn = tuple[SignedBundle, tuple[OneTimePair, ...], PrekeySecrets]


def upload(bundle: SignedBundle, pairs: tuple[OneTimePair, ...]) -> Flow[None]:
    """Hand a bundle to the relay: all of it, or nothing.

    Raises:
        BusyError: the relay did not take it.
    """
    yield from ask(BeginPrekeys(bundle.encode()))
    encoded = [pair.encode() for pair in pairs]
    for at in range(0, len(encoded), MAX_PAIRS_PER_FRAME):
        yield from ask(AddPrekeys(tuple(encoded[at : at + MAX_PAIRS_PER_FRAME])))
    yield from ask(CommitPrekeys())


UNKNOWN_HERE = (
    "the relay does not know this device (any more), and shows no signed list without it: it was "
    "removed a moment ago, or the relay's data was lost. Look at the devices on your primary, and "
    "ask who runs the relay"
)


class UnknownHereError(BusyError):
    """We are signed in at a relay that does not know us: whatever else is asked, is refused."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN_HERE, 60.0)


class KeysTakenError(BusyError):
    """Another device serves the very keys that we drew: two sources of randomness are one."""

    def __init__(self) -> None:
        super().__init__("the relay refused: another device has the same prekeys", 60.0)


def ask(request: SignedInRequest) -> Flow[Answered]:
    """Ask our relay; a refusal is a BusyError.

    Raises:
        UnknownHereError: by a relay that has no such account, or no such device of it.
        KeysTakenError: prekeys, by a relay that serves one of them for another device.
    """
    answered = yield SignedIn(request)
    if isinstance(answered, Refused):
        if answered.reason == Refusal.TAKEN:
            raise KeysTakenError
        if answered.reason == Refusal.NOT_ALLOWED:
            raise UnknownHereError
        raise BusyError("the relay refused", float(answered.retry_after or 60))
    return answered


class PrekeyKeeper:
    def __init__(self, state: State, auditor: Auditor) -> None:
        self._state, self._store, self._auditor = state, state.store, auditor
        self.times = Schedule(state, "maintain at", *MAINTAIN_EVERY)
        self._in_flight = False

    def arrive(self) -> Flow[None]:
        """At a sign-in: only if nobody could begin a session with us, or with old keys alone."""
        with self._alone() as free:
            if free:
                held = yield from self._held()
                if self._is_useless(held) and not self._published_lately():
                    yield from self._publish(self._draw())

    def maintain(self) -> Flow[None]:
        """At a time drawn beforehand: renew what is old, refill what is short."""
        with self._alone() as free:
            if free:
                held = yield from self._held()
                if self._is_useless(held) or self._is_due() or refill_due(held.one_time):
                    yield from self._publish(self._draw())
        with self._state.change():
            self.times.advance()

    def renew(self) -> Flow[None]:
        """Publish wholly new keys now, whatever the age of those served: others may hold them.

        Raises:
            BusyError: the relay did not take them, or another look is under way.
        """
        with self._alone() as free:
            if not free:
                raise BusyError("prekeys are being published already", 5.0)
            now, random = self._state.now(), self._state.random
            yield from self._publish(
                draw_bundle(self._state.keys, self._state.account, now, random)
            )

    def forget_old(self) -> bool:
        """Delete secrets that nothing can need any more; whether there were any. In a change."""
        old = to_forget(keyring.bundles(self._store), self._state.now())
        for bundle in old:
            keyring.delete_bundle(self._store, bundle)
        for session in self._state.sessions.newest_first():
            self._forget_late(session)
        return bool(old)

    # --- one at a time -----------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """False: another look is under way, and will do all that is to be done."""
        free = not self._in_flight
        if not free:
            yield False
            return
        self._in_flight = True
        try:
            yield True
        finally:
            self._in_flight = False

    def _held(self) -> Flow[PrekeysHeld]:
        held = yield from ask(PrekeyStatus())
        if not isinstance(held, PrekeysHeld):
            raise BusyError("the relay did not say which prekeys it has", 60.0)
        with self._state.change():
            for row in self._store.prekeys.find(hash=held.bundle_hash, published=False):
                keyring.note_published(self._store, row.bundle)  # its answer was lost
            if held.bundle_hash != bytes(HASH_SIZE):
                self._auditor.compare(held.bundle_hash)
        return held

    def _is_useless(self, held: PrekeysHeld) -> bool:
        """Whether what the relay serves is not what we left there, or is a week old."""
        newest = keyring.newest_published(self._store)
        if newest is None or newest.hash != held.bundle_hash:
            return True
        return rotation_overdue(PrekeySecrets.decode(newest.secrets), self._state.now())

    def _is_due(self) -> bool:
        newest = keyring.newest_published(self._store)
        return newest is None or rotation_due(
            PrekeySecrets.decode(newest.secrets), self._state.now()
        )

    def _published_lately(self) -> bool:
        newest = keyring.newest_published(self._store)
        return newest is not None and 0 <= self._state.now() - newest.drawn < PUBLISH_AGAIN

    def _publish(self, drawn: Drawn) -> Flow[None]:
        bundle, pairs, secrets = drawn
        with self._state.change():
            self._make_room()
            keyring.keep(self._store, secrets, self._state.now())  # before anybody is given it
        try:
            yield from upload(bundle, pairs)
        except KeysTakenError:
            self._give_up(secrets)
            raise
        with self._state.change():
            keyring.note_published(self._store, secrets.bundle_id)

    def _give_up(self, secrets: PrekeySecrets) -> None:
        """Keys that are not ours alone: others are drawn with the next attempt."""
        with self._state.change():
            keyring.delete_bundle(self._store, secrets.bundle_id)
            self._state.show(Notice(safe_line(SAME_KEYS), alarms=True))

    def _draw(self) -> Drawn:
        """New keys by age alone: neither strangers nor the relay make us hold more of them."""
        keys, account = self._state.keys, self._state.account
        now, random = self._state.now(), self._state.random
        newest = next(iter(keyring.bundles(self._store)), None)
        if newest is None or rotation_due(newest, now):
            return draw_bundle(keys, account, now, random)
        return refill_bundle(newest, keys, account, random)

    def _make_room(self) -> None:
        """What the relay never confirmed goes first, then the oldest."""
        rows = sorted(self._store.prekeys.find(), key=lambda row: (row.published, row.drawn))
        for row in rows[: max(0, len(rows) - MAX_BUNDLES + 1)]:
            keyring.delete_bundle(self._store, row.bundle)

    def _forget_late(self, session: Session) -> None:
        shorter = session.forget(self._state.clock())
        if shorter is not session:
            self._state.sessions.keep(shorter)
