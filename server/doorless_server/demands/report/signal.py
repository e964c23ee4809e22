"""One page for each demand: what was asked, what was answered, what is not held, how long silent.

The default: who gets few demands shows more by showing them than by counting them.
Spec: docs/spec/20-ledger-and-reports.md §9.
"""

from collections.abc import Iterable

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Answered, Item
from doorless_server.demands.gag import GagState, last_day, up_to_and_with
from doorless_server.demands.report.cases import Case, speakable
from doorless_server.demands.report.model import Imprint, Minutes, Report, Section, Table, header
from doorless_server.demands.report.period import Period, day_of
from doorless_server.demands.report.words import CATEGORIES, DECISIONS, FORMS, REASONS, things

FORMAT = "signal"
EVER = "all that may be published so far"
NONE_TO_SPEAK_OF = (
    "No demand that may be spoken of was taken in and decided in this period. Whether there are "
    "others a report must not tell: it says the same words in either case."
)


def signal(
    entries: Iterable[Recorded], period: Period | None, now: int, imprint: Imprint
) -> Report:
    """The report at `now`; without a period, of all that was ever received."""
    cases = speakable(entries, now, period)
    name = period.name if period else EVER
    countries = sorted({case.opened.country for case in cases})
    pages = tuple(_page(number, case) for number, case in enumerate(cases, 1))
    return Report(
        FORMAT,
        "Demands for data, and what was answered",
        name,
        header(imprint, name, now, countries, cases),
        pages or (Section("No demands", (NONE_TO_SPEAK_OF,)),),
        imprint.simulation or any(case.opened.simulation for case in cases),
    )


def _page(number: int, case: Case) -> Section:
    """`number` counts what is shown: the ids of demands would show by their gaps what is not."""
    opened = case.opened
    facts = (
        ("Received", day_of(case.received)),
        ("Taken in", day_of(case.taken_in)),
        ("Decided", day_of(case.decided)),
        ("Country", opened.country),
        ("From", opened.authority_kind),
        ("Kind of order", opened.instrument),
        ("About", things(opened.accounts, "identifier", "identifiers")),
        ("Asked for", "; ".join(CATEGORIES[category] for category in opened.categories)),
        ("Secrecy", _secrecy(case.gag)),
        ("Notice to the people concerned", _notice(case)),
        ("SHA-256 of the demand as it came", opened.sha256),
    )
    tables = (
        Table("Facts", ("What", "Which"), facts),
        Table(
            "The demand, redacted",
            ("Field", "Text"),
            tuple((line.field, line.text) for line in opened.redacted),
        ),
        *_response(case),
    )
    title = f"Demand {number}: {opened.instrument}, {opened.country}, {day_of(case.received)}"
    return Section(title, (), tables, page=True)


def _response(case: Case) -> tuple[Table, ...]:
    if not isinstance(case.decision, Answered):
        return (Table("The response", ("What", "Which"), (("Refused", case.decision.reason),)),)
    answer = case.decision
    given = tuple(item for item in answer.items if item.reason == "PRODUCED")
    not_given = tuple(item for item in answer.items if item.reason != "PRODUCED")
    outcome = (
        ("Decision", DECISIONS[answer.decision]),
        ("Disclosed", answer.disclosed),
        ("Turnaround", Minutes(answer.minutes)),
        ("SHA-256 of the production", answer.bundle_sha256),
    )
    return (
        Table("The response", ("What", "Which"), outcome),
        Table(
            "What was handed over",
            ("Asked for", "What", "Form", "Records", "Bytes"),
            tuple(_given(item) for item in given),
        ),
        Table(
            "What was not handed over, and why",
            ("Asked for", "What", "Why", "More"),
            tuple(_not_given(item) for item in not_given),
        ),
    )


def _given(item: Item) -> tuple[str | int, ...]:
    return CATEGORIES[item.category], item.what, FORMS[item.form], item.records, item.size


def _not_given(item: Item) -> tuple[str | int, ...]:
    return CATEGORIES[item.category], item.what, REASONS[item.reason], item.note


def _secrecy(gag: GagState) -> str:
    """The whole history: there is one to tell only when it is over."""
    if gag.ordered is None or gag.ended is None:
        return "none was ordered"
    renewals = "".join(
        f"; ordered again {day_of(renewal.at)} {up_to_and_with(renewal.until)}"
        for renewal in gag.renewals
    )
    ran_out = gag.ended == gag.until
    end = f"ended with {last_day(gag.ended)}" if ran_out else f"lifted {day_of(gag.ended)}"
    return f"ordered {day_of(gag.ordered)}{renewals}; {end}"


def _notice(case: Case) -> str:
    if not case.notices:
        return "none was sent"
    return "; ".join(
        f"shown to {things(notice.accounts, 'account', 'accounts')} from"
        f" {day_of(notice.shown_from)}{' (delayed)' if notice.shown_from > at else ''}"
        for at, notice in case.notices
    )
