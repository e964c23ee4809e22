"""Whether this copy of the profile is the one that was used last: asked at each sign-in.

The relay holds one number for each device, which only its last user knows, and changes it if
who asks names the one that it holds.

    holds ours ──────────► swapped for the next one: go on
    a later one ─────────► FROZEN: this is an older copy, or another one runs. The person decides
    ours, with a knock ──► go on, and tell: another copy came and was stopped
    an earlier one ──────► the relay itself went back: go on, hand it again what it took

Spec: docs/spec/08-state.md §12.
"""

from enum import Enum, auto

import msgspec

from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow
from doorless_client.core.prekeys import ask
from doorless_client.core.state import State
from doorless_client.store.records import Own
from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.frames import Incarnation, IncarnationHeld

RANDOM_BITS = 20
"""Of an incarnation, below the count: our own is recognised after a lost answer."""

KNOCK = 1
"""The lowest of these bits: set by a copy that was stopped, for the one that goes on to see."""


RENEW_EVERY = 600.0
"""Seconds on one connection until it is swapped again: a copy that was made meanwhile is stale
from then on. By the clock alone: the relay must not see from it when something was sent."""


LAST_COUNT = MAX_NUMBER >> RANDOM_BITS
"""Nothing comes after it that a frame holds, and nobody swaps 8,589,934,591 times."""

NO_ROOM = (
    "the relay holds a number for this device that no copy of a profile comes to: it lies, or "
    "somebody who has this profile set it"
)


class Found(Enum):
    """What the relay's number says of this copy."""

    OURS = auto()
    LATER = auto()
    KNOCKED = auto()
    EARLIER = auto()


class IncarnationKeeper:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._checked_at = 0.0

    @property
    def renew_at(self) -> float:
        """When to check again on this connection, Unix seconds."""
        return self._checked_at + RENEW_EVERY

    def check(self) -> Flow[Found]:
        """Compare and swap; after LATER this profile is frozen, and stays so.

        Raises:
            BusyError: another copy asks at this very moment.
        """
        own = self._state.own
        self._checked_at = self._state.clock()
        if own.frozen:
            return Found.LATER
        asked = own.next_incarnation if is_open(own) else self._propose(own.incarnation)
        answered = yield from ask(Incarnation(own.incarnation, asked))
        if not isinstance(answered, IncarnationHeld):
            self._settle_on(asked)
            return Found.OURS
        found = classify(answered.value, own)
        if found is Found.LATER:
            yield from self._freeze(answered.value)
        else:
            if answered.value == own.next_incarnation:
                self._settle_on(answered.value)  # or a proposal that is lost now would hide it
            yield from self._swap(max(answered.value, own.incarnation), answered.value)
        return found

    def take_over(self) -> Flow[None]:
        """Make ours the copy that goes on: another one finds a later number than its own.

        Raises:
            BusyError: another copy asks at this very moment.
        """
        own = self._state.own
        proposed = self._propose(max(own.incarnation, own.next_incarnation))
        answered = yield from ask(Incarnation(own.incarnation, proposed))
        if isinstance(answered, IncarnationHeld):
            yield from self._swap(max(answered.value, own.incarnation), answered.value)
        else:
            self._settle_on(proposed)

    def _swap(self, above: int, held: int) -> Flow[None]:
        following = self._propose(above)
        answered = yield from ask(Incarnation(held, following))
        if isinstance(answered, IncarnationHeld):
            raise BusyError("another copy of this device signed in meanwhile", 60.0)
        self._settle_on(following)

    def _freeze(self, held: int) -> Flow[None]:
        with self._state.change():
            self._store.own.put(msgspec.structs.replace(self._state.own, frozen=True))
        knock = count(held) << RANDOM_BITS | self._draw() | KNOCK
        yield from ask(Incarnation(held, knock))

    def _propose(self, above: int) -> int:
        """Stored before it is asked for: after a crash, either value is known to be ours.

        Raises:
            BusyError: nothing comes after `above`; no honest copy swaps so often.
        """
        if count(above) >= LAST_COUNT:
            raise BusyError(NO_ROOM, RENEW_EVERY)
        following = (count(above) + 1) << RANDOM_BITS | (self._draw() & ~KNOCK)
        with self._state.change():
            own = msgspec.structs.replace(self._state.own, next_incarnation=following)
            self._store.own.put(own)
        return following

    def _settle_on(self, value: int) -> None:
        with self._state.change():
            own = self._state.own
            self._store.own.put(
                msgspec.structs.replace(own, incarnation=value, next_incarnation=value)
            )

    def _draw(self) -> int:
        drawn: int = int.from_bytes(self._state.random(4)) % 2**RANDOM_BITS
        return drawn


def count(incarnation: int) -> int:
    """How often it was swapped."""
    return incarnation >> RANDOM_BITS


def is_open(own: Own) -> bool:
    """Whether it is not known if the relay took what was proposed last."""
    return own.next_incarnation != own.incarnation


def classify(held: int, own: Own) -> Found:
    """What it says of us that the relay holds this."""
    if held in (own.incarnation, own.next_incarnation):
        return Found.OURS
    if count(held) < count(own.incarnation):
        return Found.EARLIER
    if count(held) == count(own.incarnation) and held & KNOCK:
        return Found.KNOCKED
    return Found.LATER
