"""What an engine does by itself: deliver what waits, when the clock or the relay lets it.

Spec: docs/spec/08-state.md §5, §9.
"""

from contextlib import suppress

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.conversations import Conversations
from doorless_client.core.delivery import Delivery
from doorless_client.core.effects import Flow, Wake
from doorless_client.core.failures import Failures
from doorless_client.core.files import Files
from doorless_client.core.monitor import Monitor
from doorless_client.core.not_named import NotNamedError, Waits
from doorless_client.core.outbox import Outbox
from doorless_client.core.receipts import Receipts
from doorless_client.core.resync import Resyncs
from doorless_client.core.sign_in import HomeRelay
from doorless_client.core.state import State
from doorless_client.core.talking import Talking
from doorless_client.core.unacknowledged import Kept
from doorless_client.core.views import Notice
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError

HOUSEKEEPING_EVERY = 3600.0
"""Seconds between two looks for what has to be deleted."""

SEEN_FOR = 31 * 86_400
"""Seconds that an envelope's id is remembered: longer than the relay keeps the envelope."""

SEEN_AT_ONCE = 256
"""Such ids that are forgotten in one change."""

WILL_NOT_VERIFY_RETRY = 60.0
"""Seconds before a relay that showed something false is asked again."""

WORTH_TELLING = 300.0
"""Seconds of waiting that the person is told of."""


class Upkeep:
    def __init__(
        self,
        state: State,
        conversations: Conversations,
        outbox: Outbox,
        receipts: Receipts,
        delivery: Delivery,
        failures: Failures,
        home: HomeRelay,
        resyncs: Resyncs,
        monitor: Monitor,
        files: Files,
        talking: Talking,
    ) -> None:
        self._state, self._store = state, state.store
        self._conversations, self._outbox, self._receipts = conversations, outbox, receipts
        self._delivery, self._failures, self._home = delivery, failures, home
        self._resyncs, self._kept, self._monitor = resyncs, Kept(state), monitor
        self._files, self._talking = files, talking
        self._paused: dict[bytes, float] = {}
        self._not_named = Waits(state.random)
        self._unchecked: set[bytes] = set()
        self._cleaned = 0.0
        self._has_seen_old = False

    # --- delivering --------------------------------------------------------------------------

    def arrive(self) -> Flow[None]:
        """After each sign-in: subscribe, and put in order what this device left at the relay."""
        self.resume_all()
        self._state.emit(Wake())
        yield from self._home.arrive()
        self._monitor.arrive()

    def deliver(self, account: bytes) -> Flow[None]:
        """Take what waits for `account` to the relay; a relay's refusal puts it off."""
        try:
            yield from self._delivery.deliver(account)
            self._not_named.over(account)
            yield from self._check_address(account)
        except NotNamedError as waits:
            self._put_off(account, waits, self._not_named.next(account))
        except BusyError as busy:
            self._put_off(account, busy, busy.retry_after)
        except UnreachableError:
            raise  # a RefusedError too, but nobody refused: soon again, with backoff
        except RefusedError as refused:
            self.pause(account, WILL_NOT_VERIFY_RETRY)
            self._tell(str(refused))
        except DoorlessError as error:
            self.pause(account, WILL_NOT_VERIFY_RETRY)
            self._tell(f"nothing was sent: what the relay showed does not verify ({error})")

    def check_address(self, account: bytes) -> None:
        """Look up at once the address that somebody gave who was just accepted."""
        self._unchecked.add(account)

    def _check_address(self, account: bytes) -> Flow[None]:
        """Once, and after what waits: a relay that does not say must hold up nothing.

        It is asked again before the next content leaves.
        """
        if account not in self._unchecked:
            return
        self._unchecked.discard(account)
        try:
            with suppress(BusyError):
                yield from self._delivery.check_address(account)
        except UnreachableError:
            self._unchecked.add(account)
            raise

    def _put_off(self, account: bytes, why: BusyError, seconds: float) -> None:
        self.pause(account, seconds)
        if seconds >= WORTH_TELLING:
            self._tell(f"a message waits: {why}; the next attempt is in some minutes")

    def pause(self, account: bytes, seconds: float) -> None:
        """Do not try this account again before."""
        self._paused[account] = self._state.clock() + seconds

    def resume(self, account: bytes) -> None:
        self._paused.pop(account, None)

    def resume_all(self) -> None:
        self._paused.clear()

    def due(self) -> list[bytes]:
        """Accounts that `deliver` has something to do for now.

        None before our relay said that no other copy of this profile was used since.
        """
        if not self._home.may_send():
            return []
        now = self._state.clock()
        return sorted(
            account
            for account in self._unchecked | self._outbox.accounts() | self._resyncs.accounts()
            if self._paused.get(account, 0.0) <= now
            and (account in self._unchecked or self._delivery.can_deliver(account))
        )

    def _tell(self, words: str) -> None:
        self._state.show(Notice(safe_line(words)))

    # --- by the clock ------------------------------------------------------------------------

    def tick(self) -> None:
        """Do what the clock asks for: receipts, typing that ended, what is to be deleted."""
        now = self._state.clock()
        self._conversations.expire_typing(now)
        self._talking.tick()
        self._failures.tell()
        due = self._receipts.next_due()
        if due is not None and due <= now:
            with self._state.change():
                self._receipts.send_due()
        self._home.pass_missed()
        if now - self._cleaned >= HOUSEKEEPING_EVERY:
            self._clean(now)
        if self._has_seen_old:
            self._forget_seen(now)

    def next_tick(self) -> float:
        """When `tick` or `due` may have something to do again, Unix seconds."""
        now = self._state.clock()
        times = [
            now if self._has_seen_old else self._cleaned + HOUSEKEEPING_EVERY,
            self._receipts.next_due(),
            self._conversations.typing_until(),
            self._talking.next_time(),
            self._failures.tell_at(),
            self._home.next_time(),
            *(until for until in self._paused.values() if until > now),
            self._outbox.next_not_before(),
            self._resyncs.next_due(),
            self._monitor.next_time(),
            self._files.moving.next_time(),
        ]
        return min(at for at in times if at is not None)

    def is_answering(self) -> bool:
        """Whether a receipt waits for its moment, or anything for being sent."""
        return self._receipts.next_due() is not None or bool(self.due())

    def maintenance_due(self) -> bool:
        """Whether a time that was drawn for looking after our prekeys has come."""
        return self._home.is_time()

    def _clean(self, now: float) -> None:
        self._cleaned = now
        with self._state.change():
            self._home.forget_old()
            self._outbox.expire()
            self._outbox.expire_own()
            self._files.transfers.expire()
            self._kept.expire()
            self._talking.expire()
            self._state.sessions.settle_all(self._state.now())
        self._has_seen_old = True
        self._store.scrub()  # used and old keys leave the log, too

    def _forget_seen(self, now: float) -> None:
        """Of a month of envelopes there may be hundreds of thousands: some of them at a time."""
        oldest = self._store.seen.oldest(SEEN_AT_ONCE)
        old = [row for row in oldest if now - row.at > SEEN_FOR]
        with self._state.change():
            for row in old:
                self._store.seen.drop(row.envelope_id)
        self._has_seen_old = bool(old)
