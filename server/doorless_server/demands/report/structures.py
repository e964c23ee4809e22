"""The four structures of 50 USC 1874(a), and the times that 1874(b) has them wait.

    option  bands of  of      figures                                tells of
    (1)     1,000     half a  six: letters, orders for content,      letters: its last 180 days
    (2)     500       year    other orders, and selectors of each    orders: the 180 before those
    (3)     250               two: everything, and all selectors     its last 180 days
    (4)     100       a year  two                                    a year that ended a year ago

Law as of November 2024. Spec: docs/spec/20-ledger-and-reports.md §11.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Reported
from doorless_server.demands.report.period import DAY, Period, day_of, year_of

COVERED: Final = 180 * DAY
"""1874(b)(1), (2): a half-yearly report tells of 180 days."""
ORDERS_WAIT: Final = 180 * DAY
"""1874(b)(1)(B): those of orders and directives ended this long before it is published."""
NEW_SERVICE: Final = 540 * DAY
"""1874(b)(1)(B): a service's first order or directive is told of this long after it came."""


class NotYetError(Exception):
    """The report may be published from `when` on."""

    def __init__(self, what: str, when: int) -> None:
        super().__init__(f"{what} may be published from {day_of(when)} on")
        self.when = when


class OtherStructureError(Exception):
    """This time was reported in another structure: two of them together narrow every band."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` until before `end`, in Unix seconds."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        return self.start <= at < self.end

    def overlaps(self, other: "Window") -> bool:
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{day_of(self.start)} to {day_of(self.end - 1)}"


@dataclass(frozen=True, slots=True)
class Covered:
    """What a report tells of: national security letters, and orders and directives."""

    letters: Window
    orders: Window


@dataclass(frozen=True, slots=True)
class Structure:
    """One way in which the law allows to tell of national security process.

    Attributes:
        option: its number in 50 USC 1874(a).
        width: of its bands.
        yearly: its periods are years; else half-years.
        combined: letters, orders and directives in one figure.
    """

    option: int
    width: int
    yearly: bool
    combined: bool

    @property
    def format(self) -> str:
        return f"bands-{self.width}"

    @property
    def holds_new_orders_back(self) -> bool:
        """Whether a service's first order waits: the law has it so for (1) and (2)."""
        return not self.combined

    def covers(self, period: Period) -> Covered:
        """What a report of this period tells of.

        Raises:
            ValueError: the structure has periods of the other kind.
        """
        if period.is_half is self.yearly:
            kind = "a year, as 2026" if self.yearly else "half a year, as 2026-H1"
            raise ValueError(f"a report in bands of {self.width} is about {kind}")
        if self.yearly:
            year = Window(period.start, period.end)
            return Covered(year, year)
        letters = _last_days(period)
        return Covered(letters, letters if self.combined else _last_days(period.before()))

    def due(self, period: Period) -> int:
        """When a report of this period may be published, by 1874(b)."""
        if self.yearly:
            return year_of(period.end).end
        orders = self.covers(period).orders
        waits = 0 if self.combined else ORDERS_WAIT
        return max(period.end, orders.end + waits)


STRUCTURES: Final[dict[int, Structure]] = {
    structure.width: structure
    for structure in (
        Structure(1, 1000, yearly=False, combined=False),
        Structure(2, 500, yearly=False, combined=False),
        Structure(3, 250, yearly=False, combined=True),
        Structure(4, 100, yearly=True, combined=True),
    )
}
"""By the width of their bands. There is no fifth."""


def last_due(structure: Structure, now: int, newest: Period) -> Period:
    """The newest period whose report may be published at `now`; `newest` holds `now`."""
    period = newest
    while structure.due(period) > now:
        period = period.before()
    return period


def keep_to_one(structure: Structure, period: Period, entries: Iterable[Recorded]) -> None:
    """See to it that no time is told of in two structures.

    Raises:
        OtherStructureError: a report in another one was made that tells of the same time.
    """
    covered = structure.covers(period)
    for recorded in entries:
        match recorded.entry:
            case Reported(format=made, period=of) if made != structure.format:
                other = next((s for s in STRUCTURES.values() if s.format == made), None)
                if other is None:
                    continue
                theirs = other.covers(Period.parse(of))
                if covered.letters.overlaps(theirs.letters) or covered.orders.overlaps(
                    theirs.orders
                ):
                    raise OtherStructureError(
                        f"{of} was reported as {made} on {day_of(recorded.at)}: a second "
                        "structure for the same time would narrow its bands"
                    )


def _last_days(half: Period) -> Window:
    return Window(half.end - COVERED, half.end)
