"""How long an operator must keep silent about a demand: folded from the ledger.

    Opened(gag) ──► runs until null ──────────────── GagEnded ──► ended
               └──► runs until a date ── the date passes ──────► ended
                         ▲      │
                         └──────┘ GagRenewed

The last order counts: one that comes after an end begins silence anew.
Spec: docs/spec/20-ledger-and-reports.md §5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import GagEnded, GagRenewed, Opened


class UnknownDemandError(Exception):
    """The ledger has no demand of this id."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """At this time silence was ordered until another; None: without an end."""

    at: int
    until: int | None


@dataclass(frozen=True, slots=True)
class GagState:
    """What there is of silence about one demand, at one moment.

    Attributes:
        ordered: when the demand with its gag came; None: there never was one.
        until: the end that the last order names; None: it names none.
        renewals: every further order, in their order.
        ended: when silence ended; None while it runs, and where there never was any.
    """

    ordered: int | None
    until: int | None = None
    renewals: tuple[Renewal, ...] = ()
    ended: int | None = None

    @property
    def runs(self) -> bool:
        return self.ordered is not None and self.ended is None


def last_day(until: int) -> str:
    """The last day in UTC on which silence runs that ends at `until`: it ends with a day."""
    return datetime.fromtimestamp(until - 1, UTC).date().isoformat()


def up_to_and_with(until: int | None) -> str:
    """How long silence runs, in the words in which each page and command says it.

    Args:
        until: its end, Unix seconds; None: the order names none.
    """
    return "without an end" if until is None else f"up to and with {last_day(until)}"


def gag_of(entries: Iterable[Recorded], demand_id: str, now: int) -> GagState:
    """The gag about one demand as it stands at `now`.

    Raises:
        UnknownDemandError: the ledger has no such demand.
    """
    state: GagState | None = None
    for recorded in entries:
        match recorded.entry:
            case Opened(demand_id=of) as opened if of == demand_id:
                state = _opened(opened, recorded.at)
            case GagRenewed(demand_id=of, until=until) if of == demand_id and state:
                state = _renewed(state, Renewal(recorded.at, until))
            case GagEnded(demand_id=of) if of == demand_id and state:
                state = _lifted(state, recorded.at)
    if state is None:
        raise UnknownDemandError(f"the ledger has no demand {demand_id}")
    return _expired(state, now)


def _opened(opened: Opened, at: int) -> GagState:
    return GagState(at, opened.gag_until) if opened.gag else GagState(None)


def _renewed(state: GagState, renewal: Renewal) -> GagState:
    ordered = renewal.at if state.ordered is None else state.ordered
    return GagState(ordered, renewal.until, (*state.renewals, renewal))


def _lifted(state: GagState, at: int) -> GagState:
    """Lifting what had run out by itself changes nothing."""
    if state.ordered is None or (state.until is not None and state.until <= at):
        return state
    return replace(state, ended=at)


def _expired(state: GagState, now: int) -> GagState:
    if state.runs and state.until is not None and state.until <= now:
        return replace(state, ended=state.until)
    return state
