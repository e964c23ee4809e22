"""Totals by country, in the form of Microsoft's Law Enforcement Requests Report.

Spec: docs/spec/20-ledger-and-reports.md §10.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Answered
from doorless_server.demands.report.cases import Case, speakable
from doorless_server.demands.report.model import Cell, Imprint, Report, Section, Table, header
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.shares import shares

FORMAT: Final = "microsoft"
OUTCOMES: Final = ("content", "non-content", "no data", "rejected")
EMERGENCY: Final = "US_EDR"
_REJECTED: Final = frozenset({"rejected", "challenged", "withdrawn", "redirected_to_customer"})
_COLUMNS: Final = (
    "Requests",
    "Accounts",
    *OUTCOMES,
    *(f"% {outcome}" for outcome in OUTCOMES),
)
SCOPE: Final = (
    "Counted are demands that were taken in during the period, are decided, and may be spoken "
    "of. A demand under an order of secrecy is in none of these figures; once that has ended it "
    "is in the next edition of the report for the period in which it was taken in. Demands under "
    "national security law are in none of them ever: their number may be told in bands alone.",
    "Content is text that somebody can read. An envelope that the operator cannot open is "
    "non-content. The shares of a line add to 100.",
)


def microsoft(entries: Iterable[Recorded], period: Period, now: int, imprint: Imprint) -> Report:
    """The report of a period, as it may be published at `now`."""
    cases = [case for case in speakable(entries, now, period) if not case.is_national_security]
    countries = sorted({case.opened.country for case in cases})
    emergencies = [case for case in cases if case.opened.instrument == EMERGENCY]
    return Report(
        FORMAT,
        "Requests of law enforcement",
        period.name,
        header(imprint, period.name, now, countries, cases),
        (
            Section("All requests", SCOPE, (_by_country("Requests", cases, countries),)),
            Section(
                "Emergency requests",
                ("No order compels these: the operator may answer where a life is in danger.",),
                (_by_country("Emergency requests", emergencies, countries),),
            ),
            Section("Content stored in another country", (), (_abroad(cases),)),
        ),
        imprint.simulation or any(case.opened.simulation for case in cases),
    )


def outcome(case: Case) -> str:
    """Which of the four columns a case is counted in: always exactly one."""
    decision = case.decision
    if not isinstance(decision, Answered) or decision.decision in _REJECTED:
        return "rejected"
    return "no data" if decision.disclosed == "none" else decision.disclosed


def _by_country(name: str, cases: Sequence[Case], countries: Sequence[str]) -> Table:
    """A line for each country that has a case here, and one for all."""
    lines = [
        _line(country, own)
        for country in countries
        if (own := [case for case in cases if case.opened.country == country])
    ]
    return Table(name, ("Country", *_COLUMNS), (*lines, _line("All", cases)))


def _line(name: str, cases: Sequence[Case]) -> tuple[Cell, ...]:
    found = [outcome(case) for case in cases]
    counts = [found.count(kind) for kind in OUTCOMES]
    accounts = sum(case.opened.accounts for case in cases)
    return name, len(cases), accounts, *counts, *shares(counts)


def _abroad(cases: Sequence[Case]) -> Table:
    seeking = [
        case for case in cases if case.opened.abroad and "content_stored" in case.opened.categories
    ]
    disclosed = sum(outcome(case) == "content" for case in seeking)
    rows = (
        ("Orders that seek content stored outside the country of their issuer", len(seeking)),
        ("Of these led to the disclosure of content", disclosed),
    )
    return Table("Extraterritorial", ("What", "Number"), rows)
