"""National security process in the bands of 50 USC 1874: four structures, and one at a time.

A band hides how many there were: of `0-249` nobody can tell none from 249. So nothing in such
a report but the bands may depend on how many there were.
Spec: docs/spec/20-ledger-and-reports.md §11.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Answered, Opened, Refused
from doorless_server.demands.report.cases import NATIONAL_SECURITY, refuses, speakable
from doorless_server.demands.report.model import Imprint, Report, Section, Table, header
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.structures import (
    NEW_SERVICE,
    STRUCTURES,
    Covered,
    NotYetError,
    Structure,
)

_CONTENT: Final = frozenset({"content_stored", "content_live"})
_LETTER: Final = "US_NSL"
_ENTITY_OF: Final = ("US",)


@dataclass(frozen=True, slots=True)
class _Process:
    """A letter, or an order or directive."""

    received: int
    selectors: int
    is_letter: bool
    seeks_content: bool


def bands(
    entries: Iterable[Recorded], period: Period, width: int, now: int, imprint: Imprint
) -> Report:
    """The report of a period in bands of `width`, as it may be published at `now`.

    Raises:
        ValueError: no structure has this width, or the period is not of its kind.
        NotYetError: the law has it wait.
    """
    if width not in STRUCTURES:
        raise ValueError(f"the law has no bands of {width}")
    structure, ledger = STRUCTURES[width], tuple(entries)
    covered = structure.covers(period)
    if now < (due := structure.due(period)):
        raise NotYetError(f"{structure.format} of {period.name}", due)
    told = _told(_processes(ledger), structure, covered, now)
    figures = _combined(told) if structure.combined else _six(told)
    rows = tuple((name, band(number, width)) for name, number in figures)
    told_openly = [case for case in speakable(ledger, now, period) if not case.is_national_security]
    return Report(
        structure.format,
        "National security process, in bands",
        period.name,
        header(imprint, period.name, now, _ENTITY_OF, told_openly),
        (Section("Bands", _text(structure, covered), (Table("Bands", ("What", "Band"), rows),)),),
        imprint.simulation,
    )


def band(number: int, width: int) -> str:
    """The band of this width that the number is in, counted from 0: `250-499`."""
    low = number // width * width
    return f"{low}-{low + width - 1}"


def _told(
    processes: Sequence[_Process], structure: Structure, covered: Covered, now: int
) -> list[_Process]:
    orders = [process.received for process in processes if not process.is_letter]
    is_new = bool(orders) and now < min(orders) + NEW_SERVICE
    holds_back = structure.holds_new_orders_back and is_new
    return [
        process
        for process in processes
        if (
            covered.letters.holds(process.received)
            if process.is_letter
            else covered.orders.holds(process.received) and not holds_back
        )
    ]


def _processes(ledger: Sequence[Recorded]) -> list[_Process]:
    """Those that had to be complied with: what turned out to be forged is no process."""
    forged = _forged(ledger)
    return [
        _Process(
            recorded.at,
            entry.accounts,
            entry.instrument == _LETTER,
            not _CONTENT.isdisjoint(entry.categories),
        )
        for recorded in ledger
        if isinstance(entry := recorded.entry, Opened)
        and entry.instrument in NATIONAL_SECURITY
        and entry.demand_id not in forged
    ]


def _forged(ledger: Sequence[Recorded]) -> set[str]:
    opened = {
        entry.demand_id: entry for recorded in ledger if isinstance(entry := recorded.entry, Opened)
    }
    found = set()
    for recorded in ledger:
        match recorded.entry:
            case Refused(demand_id=of) as entry if of in opened and refuses(entry, opened[of]):
                found.add(of)
            case Answered(demand_id=of, items=items) if any(
                item.reason == "FORGED_OR_UNVERIFIED" for item in items
            ):
                found.add(of)
    return found


def _combined(told: Sequence[_Process]) -> tuple[tuple[str, int], ...]:
    return _pair(
        "All national security process received",
        "Selectors targeted by all national security process",
        told,
    )


def _six(told: Sequence[_Process]) -> tuple[tuple[str, int], ...]:
    letters = [process for process in told if process.is_letter]
    orders = [process for process in told if not process.is_letter]
    return (
        *_pair(
            "National security letters received",
            "Selectors targeted by national security letters",
            letters,
        ),
        *_pair(
            "Orders and directives for content",
            "Selectors targeted by orders and directives for content",
            [order for order in orders if order.seeks_content],
        ),
        *_pair(
            "Orders for other data than content",
            "Selectors targeted by orders for other data than content",
            [order for order in orders if not order.seeks_content],
        ),
    )


def _pair(
    number: str, selectors: str, told: Sequence[_Process]
) -> tuple[tuple[str, int], tuple[str, int]]:
    return (number, len(told)), (selectors, sum(process.selectors for process in told))


def _text(structure: Structure, covered: Covered) -> tuple[str, ...]:
    width = structure.width
    when = (
        f"All of it from {covered.letters}."
        if structure.combined
        else f"Letters from {covered.letters}; orders and directives from {covered.orders}."
    )
    return (
        f"Structure ({structure.option}) of 50 USC 1874(a): bands of {width}, counted from 0.",
        when,
        f"A band is not a number: who received none and who received {width - 1} print the same.",
    )
