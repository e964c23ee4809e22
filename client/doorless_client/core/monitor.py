"""The key log, watched: quiet while it holds, loud on proof.

    a drawn time ──► the set-up is the pinned one ──► every anchor since ──► our own entry, now
                 ──► our own entry, in each anchor ──► kept, all or nothing
    drawn times  ──► an entry of somebody else that was used, in the anchor after it
                 ──► a head that came in a first contact, connected with ours

Everything is asked anonymously, and what is about two people never shares a connection. What is
ahead of us in a message waits for these times. Spec: docs/spec/08-state.md §14.3.
"""

import math
from collections import Counter

import msgspec

from doorless_client.core.alarm_words import OVERDUE, WITHHELD
from doorless_client.core.api import LogProofError, RefusedError, UnreachableError
from doorless_client.core.busy import BusyError
from doorless_client.core.effects import Flow
from doorless_client.core.fleet import Fleet
from doorless_client.core.gossip import Gossip
from doorless_client.core.log_looks import Looks
from doorless_client.core.log_times import between_looks, made_up_for
from doorless_client.core.log_views import LogStatus, Witnesses
from doorless_client.core.logs import Logs
from doorless_client.core.own_entry import OwnEntry
from doorless_client.core.schedule import Schedule
from doorless_client.core.state import State
from doorless_client.core.trust import TrustKeeper
from doorless_client.core.views import Notice
from doorless_client.core.witnessed import witnesses_of
from doorless_client.store.log_records import LogPin, LogWaiting
from doorless_client.store.records import Setting
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError, MisconductError
from doorless_protocol.log.view import LogView

PUT_OFF = 60.0
"""Seconds before a relay that did not answer all of a look is asked again."""

WAS_NOT_THEIRS = (
    "the key log shows that you were given other keys for this contact for a while: nothing is "
    "sent until you decide"
)

OVERDUE_AFTER = 2
"""Windows without a look that was done to the end, after which the person is told."""

WITHHELD_AFTER = 1
"""Windows from the first time that an anchor does not show somebody, to the person being told."""

MAX_CUTS = 10
"""Connections in a row that break at one question, while we are signed in, before that counts as
no answer: ten minutes, and not a network that goes away. A relay can close them on purpose."""


class Monitor:
    """When to look, and what a look comes to."""

    def __init__(
        self,
        state: State,
        gossip: Gossip,
        trust: TrustKeeper,
        fleet: Fleet,
    ) -> None:
        self._state, self._store, self._trust = state, state.store, trust
        self._logs, self.entry = Logs(state), OwnEntry(state)
        self._looks = Looks(state, self.entry, fleet.own.adopt)
        self.alarms, self.gossip = self._logs.alarms, gossip
        self._publish, self._put_off_until = fleet.publishing.publish, 0.0
        self._has_asked = False
        self._told_since = 0.0
        self._cuts: Counter[str] = Counter()

    # --- when --------------------------------------------------------------------------------

    def arrive(self) -> None:
        """After a sign-in: what was missed is made up for, not at this very moment."""
        now = self._state.clock()
        with self._state.change():
            view = self._home_view()
            if view is not None:
                self._catch_up(view, now)
            for pin in self._store.log_pins.find():
                if 0 < pin.at <= now and (theirs := self._logs.view(pin.relay)) is not None:
                    at = made_up_for(pin.at, theirs.config, now, self._state.random(4))
                    self._store.log_pins.put(msgspec.structs.replace(pin, at=at))

    def _catch_up(self, view: LogView, now: float) -> None:
        times = self._times(view)
        if not times.at or times.at > now + between_looks(view.config)[1]:
            times.advance()
        chain = self._logs.own()
        if chain is not None and chain.update is not None:
            awaited = now + view.config.interval
            times.set(min(times.at, awaited) if times.at > now else awaited)
        elif times.at <= now:
            times.set(made_up_for(times.at, view.config, now, self._state.random(4)))

    def is_time(self) -> bool:
        now = self._state.clock()
        if now < self._put_off_until or self._state.frozen or self._state.is_removed:
            return False
        if self._is_unmet() or self._is_own_time(now):
            return True
        return bool(self._due_pins(now) or self._due_waiting(now))

    def next_time(self) -> float | None:
        """When `is_time` may become true, Unix seconds; None: nothing is watched."""
        view = self._home_view()
        times = [row.at for row in self._store.log_pins.find() if row.at]
        times += [row.at for row in self._store.log_waiting.find()]
        if view is not None:
            times += [self._times(view).at, self._overdue_at(view)]
        elif self._is_unmet():
            times.append(self._state.clock())
        return max(min(times), self._put_off_until) if times else None

    def _is_unmet(self) -> bool:
        """Whether this device was linked, and has not asked whether its relay has a log."""
        return not (self._state.is_primary or self._has_asked or self._home_view())

    def _is_own_time(self, now: float) -> bool:
        view = self._home_view()
        if view is None:
            return False
        return self._times(view).at <= now or self._overdue_at(view) <= now

    def _overdue_at(self, view: LogView) -> float:
        """When the person is to be told, unless a look is done before; inf: was told."""
        since = self._checked()
        is_told = view.frozen or since == self._told_since
        return math.inf if is_told else since + OVERDUE_AFTER * view.config.window

    def _checked(self) -> float:
        """When a look was last done to the end; where none was, since when one was possible.

        That is since the device was listed, or knew of the log: a relay may have begun it late.
        """
        row = self._store.logs.get(self._state.own.relay)
        if row is not None and row.checked:
            return row.checked
        return self._logs.begun() or float(self._state.manifest.head.not_before)

    def _times(self, view: LogView) -> Schedule:
        return Schedule(self._state, "log at", *between_looks(view.config))

    def _due_pins(self, now: float) -> list[LogPin]:
        return [row for row in self._store.log_pins.find() if 0 < row.at <= now]

    def _due_waiting(self, now: float) -> list[LogWaiting]:
        return [row for row in self._store.log_waiting.find() if row.at <= now]

    # --- looking -----------------------------------------------------------------------------

    def look(self) -> Flow[None]:
        """All that is due. What fails is put off, and told where it lasts.

        Raises:
            UnreachableError: not connected.
        """
        now = self._state.clock()
        try:
            if self._is_unmet():
                yield from self._meet()
            if self._is_own_time(now):
                yield from self._look_home()
            for pin in self._due_pins(now):
                yield from self._settle(pin)
            for waiting in self._due_waiting(now):
                yield from self._connect(waiting)
        except UnreachableError as cut:
            self.put_off()
            if self._is_cut_off(OVERDUE):
                self._tell_overdue(str(cut))
            raise
        except (RefusedError, BusyError, DoorlessError) as error:
            self.put_off()
            self._tell_overdue(str(error))
        self.gossip.judge()

    def check(self) -> Flow[None]:
        """Look at our own entry now, whatever time was drawn.

        Raises:
            RefusedError: there is no key log, or the relay did not answer all of it.
            UnreachableError: not connected.
        """
        if self._home_view() is None:
            raise RefusedError("this relay has no key log: there is nothing to check")
        try:
            yield from self._look_home()
        except BusyError as busy:
            raise RefusedError(f"not all of it was answered: {busy}; try again") from busy
        except DoorlessError as error:
            raise LogProofError(f"what the relay shows does not verify: {error}") from error
        self.gossip.judge()

    def _meet(self) -> Flow[None]:
        """Pin our relay's log on a device that was linked, and look at our entry at once."""
        view = yield from self._looks.meet()
        self._has_asked = True
        if view is not None:
            with self._state.change():
                self._times(view).set(self._state.clock())

    def _look_home(self) -> Flow[None]:
        heard = self.gossip.waiting()
        try:
            yield from self._looks.home()
            self._cuts.pop(OVERDUE, None)
            self.gossip.judge(heard)
            yield from self._publish()
        except LogProofError:
            yield from self.entry.object()  # if it is our name that others stand under
            raise
        finally:
            view = self._home_view()
            if view is not None:
                with self._state.change():
                    self._times(view).advance()

    def _settle(self, row: LogPin) -> Flow[None]:
        """Find again, in an anchor, what was used; who was shown otherwise is asked about."""
        try:
            yield from self._looks.settle(row)
        except LogProofError as failed:
            with self._state.change():
                self._looks.redraw(row)
                if isinstance(failed.__cause__, MisconductError):
                    self._stop(row.account)
                else:
                    self._tell_withheld(row)
            raise
        except (BusyError, UnreachableError) as failed:  # the next one need not wait for it
            with self._state.change():
                again = self._state.clock() + PUT_OFF
                self._store.log_pins.put(msgspec.structs.replace(row, at=again))
                if isinstance(failed, BusyError) or self._is_cut_off(_withheld(row)):
                    self._tell_withheld(row)
            return
        self._cuts.pop(_withheld(row), None)
        with self._state.change():
            self._store.settings.drop(_withheld(row))

    def _connect(self, row: LogWaiting) -> Flow[None]:
        """Connect a head that a first contact showed; one that fails holds up no other."""
        now, view = self._state.clock(), self._logs.view(row.relay)
        try:
            yield from self._looks.connect(row)
        except (BusyError, UnreachableError) as failed:
            told = isinstance(failed, BusyError) or self._is_cut_off(_withheld(row))
            self._put_off_waiting(row, now + PUT_OFF, told=told)
            return
        except LogProofError:
            window = view.config.window if view is not None else PUT_OFF
            self._put_off_waiting(row, now + window, told=True)
            raise
        self._cuts.pop(_withheld(row), None)
        with self._state.change():
            self._store.settings.drop(_withheld(row))

    def _put_off_waiting(self, row: LogWaiting, at: float, *, told: bool) -> None:
        with self._state.change():
            self._store.log_waiting.put(msgspec.structs.replace(row, at=at))
            if told:
                self._tell_withheld(row)

    def _is_cut_off(self, what: str) -> bool:
        """Whether this question, once more cut off, is so too often to be an accident."""
        self._cuts[what] += 1
        return self._cuts[what] >= MAX_CUTS

    def _tell_withheld(self, row: LogPin | LogWaiting) -> None:
        """Once what was seen of somebody was not shown again for a window. Inside a change."""
        view, now = self._logs.view(row.relay), self._state.clock()
        held = self._store.settings.get(_withheld(row))
        since = msgspec.msgpack.decode(held.value, type=float) if held else now
        if held is None:
            self._store.settings.put(Setting(_withheld(row), msgspec.msgpack.encode(since)))
        if view is not None and now - since > WITHHELD_AFTER * view.config.window:
            label = row.label if isinstance(row, LogPin) else ""
            self.alarms.raise_alarm(
                WITHHELD, row.relay, label=label, account=row.account, shown=b"%f" % since
            )

    def _stop(self, account: bytes) -> None:
        """Nothing is sent to whom we were shown otherwise than the log holds, until decided."""
        for contact in self._store.contacts.find(account=account):
            self._trust.contradict(contact, WAS_NOT_THEIRS, offered=b"")

    def put_off(self) -> None:
        self._put_off_until = self._state.clock() + PUT_OFF

    def _tell_overdue(self, why: str) -> None:
        """Once a look was not done for two windows: that is no proof, and how it would look."""
        own, view, since = self._state.own, self._home_view(), self._checked()
        if view is not None and self._overdue_at(view) <= self._state.clock():
            self._told_since = since
            with self._state.change():
                if self.alarms.raise_alarm(
                    OVERDUE, own.relay, label=own.handle, shown=b"%f" % since
                ):
                    self._state.show(Notice(safe_line(_of_the_log(why))))

    # --- what is known -----------------------------------------------------------------------

    def _home_view(self) -> LogView | None:
        return self._logs.view(self._state.own.relay)

    def status(self) -> LogStatus:
        own, view = self._state.own, self._home_view()
        alarms, chain = self._store.log_alarms.find(), self._logs.own()
        row = self._store.logs.get(own.relay)
        newest = view.newest_anchor if view is not None else None
        standing = chain.standing if chain is not None else None
        return LogStatus(
            relay=own.relay,
            config=view.config.hash if view is not None else own.config,
            size=view.size if view is not None else 0,
            anchor=newest.anchor_no if newest is not None else 0,
            checked=int(row.checked) if row is not None else 0,
            own=standing.version if standing is not None else 0,
            awaited=int(chain is not None and chain.update is not None),
            pending=sum(pin.at > 0 for pin in self._store.log_pins.find()),
            frozen=bool(view is not None and view.frozen),
            alarms=len(alarms),
            proven=self.alarms.proven(),
            witnesses=witnesses_of(view) if view is not None else Witnesses(),
        )


def _withheld(row: LogPin | LogWaiting) -> str:
    """The setting that holds since when somebody, or the head that they showed, was not shown."""
    if isinstance(row, LogWaiting):
        return f"withheld {row.relay} {row.size} {row.account.hex()}"
    return f"withheld {row.relay} {row.label}"


def _of_the_log(why: str) -> str:
    return why if why.startswith("the key log") else f"the key log: {why}"
