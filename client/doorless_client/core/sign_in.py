"""What this device does with its own relay: prove itself, subscribe, keep what it left there.

Spec: docs/spec/08-state.md §11, §12.
"""

import msgspec

from doorless_client.core.audit import Auditor
from doorless_client.core.effects import Flow, Wake
from doorless_client.core.fleet import Fleet
from doorless_client.core.incarnation import Found, IncarnationKeeper
from doorless_client.core.notices import NoticeKeeper
from doorless_client.core.outbox import Outbox
from doorless_client.core.prekeys import PrekeyKeeper, UnknownHereError, ask
from doorless_client.core.resync import Resyncs
from doorless_client.core.schedule import Schedule
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_protocol.frames import (
    Challenge,
    SignIn,
    Subscribe,
    login_object,
)
from doorless_protocol.keys import DeviceKeys, Purpose

PUT_OFF = 60.0
"""Seconds before a relay that had no time is asked again."""

FROZEN = (
    "another copy of this profile was used after this one: nothing goes in or out here. To go on "
    "with this copy, and no other: doorless keep. Otherwise use the other one"
)
KNOCKED = (
    "another copy of this profile tried to connect, and was stopped. If that was not you, somebody "
    "has your profile and its passphrase"
)
WENT_BACK = "the relay went back to an older state: what it had taken is handed to it again"


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
    """Its part of the profile's life: nothing leaves before `may_send`."""

    def __init__(
        self,
        state: State,
        trust: TrustKeeper,
        outbox: Outbox,
        resyncs: Resyncs,
        fleet: Fleet,
    ) -> None:
        self._state, self._store, self._fleet = state, state.store, fleet
        self.auditor = Auditor(state, trust)
        self.prekeys = PrekeyKeeper(state, self.auditor)
        self.notices = NoticeKeeper(state)
        self._incarnations = IncarnationKeeper(state)
        self._outbox, self._resyncs = outbox, resyncs
        self._put_off_until = 0.0
        self._is_checked = False

    def may_send(self) -> bool:
        """Whether the relay said, on this connection, that this copy is the one used last."""
        return self._is_checked and not (self._state.frozen or self._state.is_removed)

    def leave(self) -> None:
        """The connection is gone: this machine may be put back to an older state meanwhile."""
        self._is_checked = False

    def arrive(self) -> Flow[None]:
        """After each sign-in. Raises BusyError: the relay put something off."""
        self.leave()
        if (yield from self._check()):
            self._pass()
            yield from self._settle_in()

    def _check(self) -> Flow[bool]:
        """Whether this copy of the profile may go on; if not, the person is told what to do."""
        try:
            found = yield from self._incarnations.check()
        except UnknownHereError as unknown:
            if not (yield from self._fleet.removal.find_out()):
                self._state.show(Notice(safe_line(str(unknown)), halts=True))
            raise
        if not may_go_on(found):
            self._state.show(Notice(safe_line(FROZEN), halts=True))
            return False
        self._tell(found)
        return True

    def _pass(self) -> None:
        self._is_checked = True
        self._state.emit(Wake())

    def _tell(self, found: Found) -> None:
        if found is Found.KNOCKED:
            self._state.show(Notice(safe_line(KNOCKED)))
        if found is Found.EARLIER:
            self._state.show(Notice(safe_line(WENT_BACK)))
            with self._state.change():
                self._outbox.submit_again(self._state.own.relay)
                own = msgspec.structs.replace(self._state.own, token_published=False)
                self._store.own.put(own)

    def _settle_in(self) -> Flow[None]:
        yield from ask(Subscribe())
        yield from self._fleet.publishing.publish()
        yield from self.publish_token()
        self.pass_missed()
        yield from self.prekeys.arrive()
        self.auditor.audit_soon()
        yield from self.notices.fetch()

    def keep(self) -> Flow[None]:
        """Go on with this copy of the profile, and with no session that another may have used.

        Dropped anywhere, it can be begun again: until its last step this copy is frozen.

        Raises:
            RefusedError: this device was removed from the account: there is nothing to go on with.
            BusyError: the relay has no time, or another copy asks at this very moment.
        """
        self._fleet.removal.check()
        was_frozen = self._state.frozen
        with self._state.change():
            self._store.own.put(msgspec.structs.replace(self._state.own, frozen=True))
            self._resyncs.start_over()
        try:
            yield from self._incarnations.take_over()
        except UnknownHereError:  # nothing was taken over, so no other copy is in question
            with self._state.change():
                self._store.own.put(msgspec.structs.replace(self._state.own, frozen=was_frozen))
            raise
        yield from self.prekeys.renew()
        with self._state.change():
            self._store.own.put(msgspec.structs.replace(self._state.own, frozen=False))
        self._pass()
        yield from self._settle_in()

    def maintain(self) -> Flow[None]:
        """While `is_time`, and signed in: what was put off to drawn times."""
        if not self.may_send():
            return
        if self._is_renewal_due() and not (yield from self._check()):
            return
        yield from self.publish_token()
        if self.prekeys.times.is_open():
            yield from self.prekeys.maintain()
        if self.auditor.times.is_open():
            yield from self.auditor.audit()
        if self.notices.times.is_open():
            yield from self.notices.fetch_at_its_time()

    def is_time(self) -> bool:
        """Whether a drawn time has come, and is not over."""
        if self._state.clock() < self._put_off_until:
            return False
        drawn = any(times.is_open() for times in self._schedules())
        return drawn or self._is_renewal_due()

    def _is_renewal_due(self) -> bool:
        return self.may_send() and self._state.clock() >= self._incarnations.renew_at

    def next_time(self) -> float:
        """When `is_time` may be another, or a drawn time is over, Unix seconds."""
        looks = [times.next_look() for times in self._schedules()]
        if self.may_send():
            looks.append(self._incarnations.renew_at)
        if self._put_off_until > self._state.clock():
            looks.append(self._put_off_until)
        return min(looks)

    def pass_missed(self) -> None:
        """A drawn time that went by while we were away is made up for by nothing."""
        for times in self._schedules():
            if times.is_missed():
                with self._state.change():
                    times.advance()

    def _schedules(self) -> tuple[Schedule, ...]:
        return self.prekeys.times, self.auditor.times, self.notices.times

    def put_off(self) -> None:
        self._put_off_until = self._state.clock() + PUT_OFF

    def forget_old(self) -> bool:
        """Whether keys went. Inside a change."""
        return self.prekeys.forget_old()

    def publish_token(self) -> Flow[None]:
        """Tell the relay a token that was drawn anew, and then the contacts."""
        yield from self._fleet.publish_token()


def may_go_on(found: Found) -> bool:
    """Whether this copy of the profile was the last one that was used, as the relay knows it."""
    return found is not Found.LATER
