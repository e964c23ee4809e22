"""A report as a value, before it is a page, an object or a table.

Spec: docs/spec/20-ledger-and-reports.md §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from doorless_server.demands.chain import Head
from doorless_server.demands.entries import Answered
from doorless_server.demands.report.cases import Case
from doorless_server.demands.report.period import day_of


@dataclass(frozen=True, slots=True)
class Minutes:
    """A span of time: people read it in days or hours, programs as `91803 minutes`."""

    count: int


Cell = str | int | Minutes


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands over a report and does not come from the demands in it.

    Attributes:
        entity: whose report it is.
        inventory: hash of the schema of all that the relay can hold.
        head: where the ledger stood. None only where a report is looked at and not published:
            an empty ledger has none, and that would tell that it is empty.
        simulation: an exercise, which every page says.
    """

    entity: str
    inventory: str
    head: Head | None
    simulation: bool


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part under a heading; `page`: it begins a page of its own on paper."""

    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    page: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    format: str
    title: str
    period: str
    header: tuple[tuple[str, Cell], ...]
    sections: tuple[Section, ...]
    simulation: bool


def plain(cell: Cell) -> str | int:
    """As JSON and CSV have it."""
    if isinstance(cell, Minutes):
        return "1 minute" if cell.count == 1 else f"{cell.count} minutes"
    return cell


GAGS_ARE_NOT_COUNTED = "not stated: an order of secrecy may forbid to state it; see the canary"
"""The same words whether there is any or not. Spec: docs/spec/20-ledger-and-reports.md §8."""


def header(
    imprint: Imprint, period: str, now: int, jurisdictions: Sequence[str], cases: Sequence[Case]
) -> tuple[tuple[str, Cell], ...]:
    """What every report begins with. `cases`: those that its figures may rest on."""
    head = imprint.head
    sent = [(at, notice) for case in cases for at, notice in case.notices]
    delayed = [notice for at, notice in sent if notice.shown_from > at]
    minutes = [case.decision.minutes for case in cases if isinstance(case.decision, Answered)]
    return (
        ("Entity", imprint.entity),
        ("Period", period),
        ("Published", day_of(now)),
        ("Jurisdictions", ", ".join(jurisdictions) or "none"),
        ("Schema of what is held (SHA-256)", imprint.inventory),
        ("Orders of secrecy in force", GAGS_ARE_NOT_COUNTED),
        ("Notices to people, sent", sum(notice.accounts for _, notice in sent)),
        ("Of these delayed", sum(notice.accounts for notice in delayed)),
        ("Median turnaround", Minutes(median_low(minutes)) if minutes else "no answers"),
        ("Ledger (hash of its last line)", head.hash if head else "not published"),
        ("Signature of that hash (Ed25519)", head.signature if head else "not published"),
        ("Key of the ledger (Ed25519)", head.key if head else "not published"),
    )
