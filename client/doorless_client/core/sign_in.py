"""What this device does with its own relay: prove itself, subscribe, keep what it left there.

Spec: docs/spec/08-state.md §11, §12.
"""

import msgspec

from doorless_client.core.audit import Auditor
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow
from doorless_client.core.introductions import Introductions
from doorless_client.core.prekeys import PrekeyKeeper, UnknownHereError, ask
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_protocol.frames import (
    Challenge,
    Incarnation,
    IncarnationHeld,
    SetDeliveryToken,
    SignIn,
    Subscribe,
    delivery_token_hash,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose

RANDOM_BITS = 20
"""Of an incarnation, below the count: our own is recognised after a lost answer."""

PUT_OFF = 60.0
"""Seconds before a relay that had no time is asked again."""

OLD_COPY = (
    "the relay knows a later state of this profile: it is an older copy, or another copy runs"
)


def sign_in(keys: DeviceKeys, account: bytes, challenge: Challenge, binding: bytes) -> SignIn:
    """The proof that this device is here, now, on the connection with this binding."""
    signed = login_object(challenge.relay, challenge.nonce, binding, account, keys.device)
    return SignIn(
        account,
        keys.device,
        keys.signing.verifying.encode(),
        keys.signing.sign(Purpose.RELAY_LOGIN, signed),
    )


class HomeRelay:
    def __init__(self, state: State, introductions: Introductions, trust: TrustKeeper) -> None:
        self._state, self._store = state, state.store
        self._introductions, self.auditor = introductions, Auditor(state, trust)
        self.prekeys = PrekeyKeeper(state, self.auditor)
        self._put_off_until = 0.0

    def arrive(self) -> Flow[None]:
        """After each sign-in. Raises BusyError: the relay put something off."""
        try:
            yield from self._renew_incarnation()
        except UnknownHereError as unknown:
            self._state.show(Notice(safe_line(str(unknown)), halts=True))
            raise
        yield from ask(Subscribe())
        yield from self.publish_token()
        self.pass_missed()
        yield from self.prekeys.arrive()
        self.auditor.audit_soon()

    def maintain(self) -> Flow[None]:
        """While `is_time`, and signed in: what was put off to drawn times."""
        yield from self.publish_token()
        if self.prekeys.times.is_open():
            yield from self.prekeys.maintain()
        if self.auditor.times.is_open():
            yield from self.auditor.audit()

    def is_time(self) -> bool:
        """Whether a drawn time has come, and is not over."""
        if self._state.clock() < self._put_off_until:
            return False
        return self.prekeys.times.is_open() or self.auditor.times.is_open()

    def next_time(self) -> float:
        """When `is_time` may be another, or a drawn time is over, Unix seconds."""
        looks = [self.prekeys.times.next_look(), self.auditor.times.next_look()]
        if self._put_off_until > self._state.clock():
            looks.append(self._put_off_until)
        return min(looks)

    def pass_missed(self) -> None:
        """A drawn time that went by while we were away is made up for by nothing."""
        for times in (self.prekeys.times, self.auditor.times):
            if times.is_missed():
                with self._state.change():
                    times.advance()

    def put_off(self) -> None:
        self._put_off_until = self._state.clock() + PUT_OFF

    def forget_old(self) -> bool:
        """Whether keys went. Inside a change."""
        return self.prekeys.forget_old()

    def publish_token(self) -> Flow[None]:
        """Tell the relay a token that was drawn anew, and then the contacts."""
        own = self._state.own
        if own.token_published:
            return
        yield from ask(SetDeliveryToken(delivery_token_hash(own.token)))
        with self._state.change():
            current = self._state.own
            if current.token == own.token:
                self._store.own.put(msgspec.structs.replace(current, token_published=True))
                self._introductions.introduce_all()

    def _renew_incarnation(self) -> Flow[None]:
        """Compare and swap: a profile that was copied or restored does not know the value."""
        own = self._state.own
        count = (max(own.incarnation, own.next_incarnation) >> RANDOM_BITS) + 1
        drawn = int.from_bytes(self._state.random(4)) % 2**RANDOM_BITS
        following = count << RANDOM_BITS | drawn
        expected = own.incarnation
        answered = yield from ask(Incarnation(expected, self._propose(following)))
        if isinstance(answered, IncarnationHeld):
            if answered.value != own.next_incarnation:
                self._state.show(Notice(safe_line(OLD_COPY)))
            answered = yield from ask(Incarnation(answered.value, following))
        if isinstance(answered, IncarnationHeld):
            raise BusyError("another copy of this device signed in meanwhile", 60.0)
        with self._state.change():
            renewed = msgspec.structs.replace(
                self._state.own, incarnation=following, next_incarnation=following
            )
            self._store.own.put(renewed)

    def _propose(self, following: int) -> int:
        """Stored before it is asked for: after a crash, either value is known to be ours."""
        with self._state.change():
            own = msgspec.structs.replace(self._state.own, next_incarnation=following)
            self._store.own.put(own)
        return following
