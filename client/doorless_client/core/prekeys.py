"""The prekeys that let others begin a session with this device: published, renewed, deleted.

A bundle's secrets are stored before the relay can serve it, and deleted when nothing sealed
to it can wait anywhere any more. Spec: docs/spec/08-state.md §11.
"""

import msgspec

from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow, SignedIn
from doorless_client.core.outbox import between
from doorless_client.core.state import State
from doorless_client.store.records import Prekeys, Setting
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
from doorless_protocol.keys import AccountId, DeviceKeys
from doorless_protocol.prekey_secrets import (
    PrekeySecrets,
    draw_bundle,
    refill_due,
    rotation_due,
    to_forget,
)
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session

MAINTAIN_EVERY = (4 * 3600.0, 12 * 3600.0)
"""Seconds, least and most, between two looks: at times that say nothing about the person."""

_MAINTAIN_AT = "maintain at"

Drawn = tuple[SignedBundle, tuple[OneTimePair, ...], Prekeys]


def draw(keys: DeviceKeys, account: AccountId, now: int, random: Random) -> Drawn:
    """A bundle, its one-time pairs, and the row that keeps their secrets."""
    bundle, pairs, secrets = draw_bundle(keys, account, now, random)
    row = Prekeys(bundle.id, bundle.hash, bundle.created, secrets.encode(), published=False)
    return bundle, pairs, row


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
    "the relay does not know this account (any more): ask who runs it whether its data was replaced"
)


class UnknownHereError(BusyError):
    """We are signed in at a relay that does not know us: whatever else is asked, is refused."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN_HERE, 60.0)


def ask(request: SignedInRequest) -> Flow[Answered]:
    """Ask our relay; a refusal is a BusyError.

    Raises:
        UnknownHereError: by a relay that has no such account, or no such device of it.
    """
    answered = yield SignedIn(request)
    if isinstance(answered, Refused):
        if answered.reason == Refusal.NOT_ALLOWED:
            raise UnknownHereError
        raise BusyError("the relay refused", float(answered.retry_after or 60))
    return answered


class PrekeyKeeper:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store

    def publish_missing(self) -> Flow[None]:
        """After a sign-in: only if nobody could begin a session with us at all."""
        held = yield from self._held()
        if not self._served(held):
            yield from self._publish()

    def maintain(self) -> Flow[None]:
        """At a time drawn beforehand: renew what is old, refill what is short."""
        held = yield from self._held()
        served = self._served(held)
        now = self._state.now()
        if served is None or rotation_due(served, now) or refill_due(held.one_time):
            yield from self._publish()
        with self._state.change():
            at = now + between(*MAINTAIN_EVERY, self._state.random(4))
            self._store.settings.put(Setting(_MAINTAIN_AT, msgspec.msgpack.encode(at)))

    @property
    def maintain_at(self) -> float:
        row = self._store.settings.get(_MAINTAIN_AT)
        return msgspec.msgpack.decode(row.value, type=float) if row else 0.0

    def _held(self) -> Flow[PrekeysHeld]:
        held = yield from ask(PrekeyStatus())
        if not isinstance(held, PrekeysHeld):
            raise BusyError("the relay did not say which prekeys it has", 60.0)
        with self._state.change():
            self._learn(held)
        return held

    def _served(self, held: PrekeysHeld) -> PrekeySecrets | None:
        """The secrets of the bundle that the relay serves."""
        found = self._store.prekeys.find(hash=held.bundle_hash)
        return PrekeySecrets.decode(found[0].secrets) if found else None

    def _publish(self) -> Flow[None]:
        now, random = self._state.now(), self._state.random
        bundle, pairs, row = draw(self._state.keys, self._state.account, now, random)
        with self._state.change():
            self._store.prekeys.put(row)  # before anybody can be given it
        yield from upload(bundle, pairs)
        with self._state.change():
            self._store.prekeys.put(msgspec.structs.replace(row, published=True))

    def _learn(self, held: PrekeysHeld) -> None:
        """An upload whose answer was lost either happened, or never will."""
        for row in self._store.prekeys.find(published=False):
            if row.hash == held.bundle_hash:
                self._store.prekeys.put(msgspec.structs.replace(row, published=True))
            else:
                self._store.prekeys.drop(row.bundle)

    def forget_old(self) -> None:
        """Delete secrets that nothing can need any more, and what rests on them. In a change."""
        rows = self._store.prekeys.find()
        secrets = [PrekeySecrets.decode(row.secrets) for row in rows]
        for bundle in to_forget(secrets, self._state.now()):
            self._store.prekeys.drop(bundle)
            for row in self._store.origins.find():
                if row.origin.startswith(bundle):
                    self._store.origins.drop(row.origin)
        for session in self._state.sessions.newest_first():
            self._forget_late(session)

    def _forget_late(self, session: Session) -> None:
        shorter = session.forget(self._state.clock())
        if shorter is not session:
            self._state.sessions.keep(shorter)
