"""Alarms of the key log: kept with their proof, told once, shown until they were read.

    the same as was shown before ──► no news
    something else ──► kept ──► told, unless one about the same is still to be read

So neither a relay nor a contact can use an alarm up that the person has read, nor fill the screen
or the disk. Spec: docs/spec/08-state.md §14.6.
"""

from collections.abc import Sequence

import msgspec

from doorless_client.core import present
from doorless_client.core.alarm_subjects import digest
from doorless_client.core.alarm_words import CONVICTING, words
from doorless_client.core.api import RefusedError
from doorless_client.core.log_views import Alarm
from doorless_client.core.state import State
from doorless_client.core.views import AlarmRaised
from doorless_client.store.base import Store
from doorless_client.store.log_records import LogAlarm
from doorless_client.text import safe_line

LONGEST = 400
"""Characters of one part of an alarm."""

MAX_PER_KIND = 100
"""Alarms of one kind that are kept."""

MAX_ABOUT_ONE = 4
"""Alarms of one kind about the same person that are kept: a contact or a relay may cause them."""


class Alarms:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store

    # --- raising: inside a change ------------------------------------------------------------

    def raise_alarm(
        self,
        kind: str,
        relay: str,
        *,
        label: str = "",
        account: bytes = b"",
        shown: bytes = b"",
        evidence: bytes = b"",
        change: str = "",
    ) -> bool:
        """Keep it, and tell it once the open change is durable.

        Args:
            shown: what the alarm is about, without evidence: the same bytes again are no news.
            change: of E6, which of our changes was promised.

        Returns:
            whether it is new; told it is only if none about the same waits to be read.
        """
        about = self._store.log_alarms.find(kind=kind, relay=relay, label=label, account=account)
        row = alarm_row(
            self._store,
            self._state.now(),
            kind,
            relay,
            label=label,
            account=account,
            shown=shown,
            evidence=evidence,
            change=change,
        )
        if row is None:
            return False
        unread = [one for one in about if not one.seen and (one.evidence or not evidence)]
        if self._make_room(kind, about):
            self._store.log_alarms.put(row)
        else:
            unread += [one for one in self._store.log_alarms.find(kind=kind) if not one.seen]
        if not unread:
            self._state.show(AlarmRaised(self._shown(row)))
        return True

    def _make_room(self, kind: str, about: Sequence[LogAlarm]) -> bool:
        """For one more, if need be in the place of another. False: only proven ones are left."""
        of_kind = self._store.log_alarms.find(kind=kind)
        full = next(
            (
                rows
                for rows, at_most in ((about, MAX_ABOUT_ONE), (of_kind, MAX_PER_KIND))
                if len(rows) >= at_most
            ),
            None,
        )
        if full is None:
            return True
        gone = expendable(full)
        if gone is not None:
            self._store.log_alarms.drop(gone.number)
        return gone is not None

    # --- looking -----------------------------------------------------------------------------

    def all(self) -> Sequence[Alarm]:
        """The newest first."""
        rows = sorted(self._store.log_alarms.find(), key=lambda row: -row.number)
        return [self._shown(row) for row in rows]

    def proven(self) -> int:
        """How many come with a proof that convicts."""
        return sum(is_proven(row) for row in self._store.log_alarms.find())

    def evidence(self, number: int) -> bytes:
        """Raises RefusedError: no such alarm, or no proof of it."""
        row = self._store.log_alarms.get(number)
        if row is None:
            raise RefusedError(f"there is no alarm {number}: see doorless log evidence")
        if not row.evidence:
            raise RefusedError(f"alarm {number} comes without a proof that others could check")
        return row.evidence

    def read(self, number: int) -> None:
        """Raises RefusedError: no such alarm."""
        row = self._store.log_alarms.get(number)
        if row is None:
            raise RefusedError(f"there is no alarm {number}")
        with self._state.change():
            self._store.log_alarms.put(msgspec.structs.replace(row, seen=True))

    def _shown(self, row: LogAlarm) -> Alarm:
        said = words(row.kind, relay=row.relay, whom=self._whom(row), change=row.change)
        title, happened, affected, todo = (safe_line(text, at_most=LONGEST) for text in said)
        return Alarm(
            number=row.number,
            kind=row.kind,
            at=row.at,
            relay=safe_line(row.relay),
            title=title,
            happened=happened,
            affected=affected,
            todo=todo,
            evidence=len(row.evidence),
            read=row.seen,
        )

    def _whom(self, row: LogAlarm) -> str:
        for contact in self._store.contacts.find(account=row.account):
            return str(present.name(contact) or present.address(contact))
        own = self._state.own
        if row.label == own.handle and row.relay == own.relay:
            return "you"
        return f"{row.label}@{row.relay}" if row.label else "somebody"


def alarm_row(
    store: Store,
    now: int,
    kind: str,
    relay: str,
    *,
    label: str = "",
    account: bytes = b"",
    shown: bytes = b"",
    evidence: bytes = b"",
    change: str = "",
) -> LogAlarm | None:
    """The row of a new alarm, not kept yet; None: the same is there, as well proven."""
    seen = digest(shown, evidence)
    rows = store.log_alarms.find(kind=kind, relay=relay, label=label, account=account)
    same = [row for row in rows if row.shown == seen]
    if same and (not evidence or any(row.evidence for row in same)):
        return None
    last = store.log_alarms.last()
    number = last.number + 1 if last else 1
    return LogAlarm(number, now, kind, relay, label, account, evidence, False, seen, change)


def expendable(rows: Sequence[LogAlarm]) -> LogAlarm | None:
    """What gives way to a newer one: without a proof, read before unread, then the oldest."""
    unproven = [row for row in rows if not row.evidence]
    return min(unproven, key=lambda row: (not row.seen, row.number), default=None)


def is_proven(row: LogAlarm) -> bool:
    """Whether whoever holds the log's pinned keys can check it, and must come to the same."""
    return row.kind in CONVICTING and bool(row.evidence)
