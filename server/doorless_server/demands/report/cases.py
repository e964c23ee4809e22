"""What may be spoken of: the demands that are decided and about which no gag runs.

Everything that Signal and Microsoft style say, their totals, shares, medians and marks, is
computed from these alone: a demand under a gag is to them as if it had never come.
Spec: docs/spec/20-ledger-and-reports.md §7.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Answered, Notified, Opened, Refused, Reported
from doorless_server.demands.gag import GagState, gag_of
from doorless_server.demands.report.period import Period

NATIONAL_SECURITY: Final = frozenset({"US_NSL", "US_FISA"})
"""Instruments whose number may be told in bands alone (50 USC 1874)."""

_RECEIVED: Final = "received_at"


@dataclass(frozen=True, slots=True)
class Case:
    """One demand and what became of it.

    Attributes:
        received: when it came, Unix seconds; turnarounds count from there.
        taken_in: when it was opened, Unix seconds: the period that it belongs to holds that.
        decision: how it ended: an answer, or a refusal.
        notices: of the people concerned, in the order in which they were laid down.
    """

    received: int
    taken_in: int
    opened: Opened
    decided: int
    decision: Answered | Refused
    gag: GagState
    notices: tuple[tuple[int, Notified], ...]

    @property
    def is_national_security(self) -> bool:
        return self.opened.instrument in NATIONAL_SECURITY


def speakable(entries: Iterable[Recorded], now: int, period: Period | None) -> tuple[Case, ...]:
    """The demands taken in in the period, or ever, that may be spoken of at `now`."""
    cases = (_case(own, now) for own in _by_demand(entries).values())
    return tuple(
        case
        for case in cases
        if case is not None
        and may_be_spoken_of(case.gag)
        and (period is None or period.holds(case.taken_in))
    )


def may_be_spoken_of(gag: GagState) -> bool:
    """Whether anything at all about its demand may be in a report that says what it was."""
    return not gag.runs


def _by_demand(entries: Iterable[Recorded]) -> dict[str, list[Recorded]]:
    """What the ledger says of each demand, from its opening on."""
    found: dict[str, list[Recorded]] = {}
    for recorded in entries:
        match recorded.entry:
            case Opened(demand_id=demand):
                found[demand] = [recorded]
            case Reported():
                pass
            case entry if entry.demand_id in found:
                found[entry.demand_id].append(recorded)
    return found


def refuses(entry: Refused, opened: Opened) -> bool:
    """Whether it is about this demand, and not about another file that came under its id."""
    return (entry.demand_id, entry.sha256) == (opened.demand_id, opened.sha256)


def _case(own: Sequence[Recorded], now: int) -> Case | None:
    """None: it is not decided yet."""
    first, opened = own[0], own[0].entry
    if not isinstance(opened, Opened):
        return None
    decision: tuple[int, Answered | Refused] | None = None
    notices: list[tuple[int, Notified]] = []
    for recorded in own:
        match recorded.entry:
            case Answered() as answer:
                decision = (recorded.at, answer)
            case Refused() as refusal if refuses(refusal, opened):
                decision = (recorded.at, refusal)
            case Notified() as notified:
                # The last one holds: an order was renewed, or lifted, since the one before it.
                since = decision[0] if decision and opened.gag else recorded.at
                notices = [(since, notified)]
    if decision is None:
        return None
    gag = gag_of(own, opened.demand_id, now)
    return Case(_received(opened, first.at), first.at, opened, *decision, gag, tuple(notices))


def _received(opened: Opened, taken_in: int) -> int:
    """As the demand's file says: the ledger has it among what may be published of that.

    Of a demand whose line has it not: when it was taken in.
    """
    for line in opened.redacted:
        if line.field == _RECEIVED:
            return int(datetime.fromisoformat(line.text).timestamp())
    return taken_in
