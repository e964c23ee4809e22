"""What our relay tells of demands for our data: asked for, kept, and told once.

    sign-in, or a drawn time ──► FetchNotices ──► what is new is stored ──► told

A relay that refuses, or says nothing that can be read, holds up nothing.
Spec: docs/spec/21-notices.md §7.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core import canaries, canary_words
from doorless_client.core.effects import Flow, SignedIn
from doorless_client.core.notice_views import CanaryView, DemandNotice, HandedOver, NoticesTold
from doorless_client.core.schedule import Schedule
from doorless_client.core.state import State
from doorless_client.core.views import Notice as QuietLine
from doorless_client.store.notice_records import ToldNotice
from doorless_client.text import safe_line
from doorless_protocol.notice_frames import FetchNotices, Notice, NoticesHeld

FETCH_EVERY = (8 * 3600.0, 16 * 3600.0)
"""Seconds, least and most, between two looks: twice a day, at times that say nothing."""

MOST = 200
"""Notices of one relay that are kept: a hostile one makes up as many as it likes."""

DAY = 86_400

KEPT = 366 * DAY
"""Seconds that none gives way to another: a relay tells it for 365 days, and would tell it as new
again if it were gone here; and nobody can push evidence out by making things up."""

FULL = f"Your relay told of more than {MOST} demands: what comes after them is not kept here"

LONGEST = 80
"""Characters of a name that are shown."""


class NoticeKeeper:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.times = Schedule(state, "notices at", *FETCH_EVERY)

    # --- asking: signed in -------------------------------------------------------------------

    def fetch(self) -> Flow[None]:
        """Ask our relay, and keep what it says before it is told."""
        answered = yield SignedIn(FetchNotices())
        if isinstance(answered, NoticesHeld):
            with self._state.change():
                self._take(answered.notices)
                self._look_at(answered.canary)

    def fetch_at_its_time(self) -> Flow[None]:
        """While `times` is open."""
        yield from self.fetch()
        with self._state.change():
            self.times.advance()

    def _take(self, notices: Sequence[Notice]) -> None:
        """Inside a change."""
        relay = self._state.own.relay
        new, is_full = [], False
        for notice in reversed(notices):  # what could be told first comes first
            if not is_new(self._store.notices.get(relay, notice.demand)):
                continue
            if is_full := not self._make_room(relay):
                break
            row = self._row(relay, notice)
            self._store.notices.put(row)
            new.append(shown(row))
        if new:
            self._state.show(NoticesTold(tuple(new)))
        if new and is_full:  # else it was full before, and that was said
            self._state.show(QuietLine(safe_line(FULL)))

    def _row(self, relay: str, notice: Notice) -> ToldNotice:
        number = max((row.number for row in self._store.notices.find()), default=0) + 1
        data = msgspec.msgpack.encode(notice)
        return ToldNotice(relay, notice.demand, number, self._state.now(), data)

    def _make_room(self, relay: str) -> bool:
        """For one more, in the place of the oldest, if that was read; False: there is none."""
        rows = [row for row in self._store.notices.find() if row.relay == relay]
        if len(rows) < MOST:
            return True
        old = (row for row in rows if row.read and row.at + KEPT <= self._state.now())
        gone = min(old, key=lambda row: row.number, default=None)
        if gone is not None:
            self._store.notices.drop(relay, gone.demand)
        return gone is not None

    def _look_at(self, served: bytes) -> None:
        """Inside a change: tell what became of the canary, once."""
        relay = self._state.own.relay
        before = self._store.canaries.get(relay)
        known = canaries.judged(before, relay, served)
        if known is None:
            return
        seen = canaries.view(known, self._today())
        trouble = canaries.trouble(seen)
        if trouble and trouble not in canaries.told_of(known):
            self._state.show(QuietLine(safe_line(canary_words.in_a_line(seen), at_most=400)))
        self._store.canaries.put(canaries.with_told(known, before, trouble))

    # --- looking -----------------------------------------------------------------------------

    def every(self) -> Sequence[DemandNotice]:
        """The newest first."""
        rows = sorted(self._store.notices.find(), key=lambda row: -row.number)
        return [shown(row) for row in rows]

    def canary(self) -> CanaryView | None:
        """Of our relay; None: it never showed one."""
        known = self._store.canaries.get(self._state.own.relay)
        return None if known is None else canaries.view(known, self._today())

    def read(self) -> None:
        unread = [row for row in self._store.notices.find() if not row.read]
        if unread:
            with self._state.change():
                for row in unread:
                    self._store.notices.put(msgspec.structs.replace(row, read=True))

    def _today(self) -> int:
        return self._state.now() // DAY


def is_new(known: ToldNotice | None) -> bool:
    """Whether this device was never told of this demand by this relay."""
    return known is None


def shown(row: ToldNotice) -> DemandNotice:
    """A notice as people see it: every text of it made harmless, whatever the relay sent."""
    notice = msgspec.msgpack.decode(row.notice, type=Notice)
    return DemandNotice(
        relay=safe_line(row.relay),
        demand=safe_line(notice.demand),
        at=row.at,
        kind=safe_line(notice.kind),
        country=safe_line(notice.country),
        authority=safe_line(notice.authority, at_most=LONGEST),
        reference=safe_line(notice.reference, at_most=LONGEST),
        instrument=safe_line(notice.instrument),
        asked=tuple(safe_line(each) for each in notice.asked),
        decision=safe_line(notice.decision),
        handed=tuple(
            HandedOver(safe_line(each.what), safe_line(each.form), each.records)
            for each in notice.handed
        ),
        received=notice.received,
        answered=notice.answered,
        told=notice.told,
        delayed=notice.delayed,
        simulation=notice.simulation,
        slot=None if notice.slot is None else (notice.slot.period, notice.slot.number),
        read=row.read,
    )
