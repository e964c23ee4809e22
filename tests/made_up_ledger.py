"""Demands of a made-up ledger, for tests of what is published about them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from doorless_server.demands.chain import Head, Recorded
from doorless_server.demands.entries import (
    Answered,
    Category,
    Decision,
    Disclosed,
    Entry,
    Item,
    Line,
    Opened,
)
from doorless_server.demands.report.as_csv import as_csv
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.as_json import as_json
from doorless_server.demands.report.model import Imprint, Report

DAY = 86_400
HEAD = Head("aa" * 32, "bb" * 64, "cc" * 32)
IMPRINT = Imprint("relay.example", "dd" * 32, HEAD, simulation=True)


def at(day: str) -> int:
    """Midnight of `2026-03-01`, UTC."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def came(
    demand_id: str,
    instrument: str = "US_SUBPOENA",
    *,
    country: str = "US",
    categories: tuple[Category, ...] = ("basic",),
    accounts: int = 1,
    gag: bool = False,
    until: int | None = None,
    abroad: bool = False,
    simulation: bool = True,
) -> Opened:
    return Opened(
        demand_id,
        f"sha-of-{demand_id}",
        instrument,
        "court",
        country,
        categories,
        accounts,
        gag,
        until,
        abroad,
        (Line("scope_text", f"scope of {demand_id}"),),
        simulation,
    )


def answered(
    demand_id: str,
    disclosed: Disclosed = "non-content",
    decision: Decision = "complied_partial",
    minutes: int = 30,
) -> Answered:
    items = (
        Item("basic", "when the account was made", "PRODUCED", "plaintext_metadata", 1, 10),
        Item("content_stored", "texts", "NOT_HELD_DELETED", note="deleted when delivered"),
    )
    return Answered(demand_id, decision, items, disclosed, minutes, f"bundle-of-{demand_id}")


def ledger(*told: tuple[int, Entry]) -> tuple[Recorded, ...]:
    return tuple(Recorded(number, when, entry, "") for number, (when, entry) in enumerate(told))


def decided(when: int, opened: Opened, answer: Answered | None = None) -> list[tuple[int, Entry]]:
    """A demand that came, and its answer an hour later."""
    return [(when, opened), (when + 3_600, answer or answered(opened.demand_id))]


def printed(report: Report) -> str:
    """All that is published, in all three forms."""
    return as_html(report) + as_json(report) + as_csv(report)


def rows(report: Report, table: str) -> list[tuple[str | int, ...]]:
    found: Iterable[tuple[str | int, ...]] = (
        row
        for section in report.sections
        for each in section.tables
        if each.name == table
        for row in each.rows
    )
    return list(found)
