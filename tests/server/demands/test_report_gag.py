"""While a gag runs nothing of its demand shows, and after its end all of it does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorless_server.demands.entries import (
    Checked,
    Entry,
    GagEnded,
    GagRenewed,
    Notified,
    Revealed,
)
from doorless_server.demands.report.microsoft import microsoft
from doorless_server.demands.report.model import Report
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.signal import signal
from made_up_ledger import DAY, IMPRINT, answered, at, came, decided, ledger, printed, rows

YEAR = Period.parse("2026")
GAG_ENDS = at("2026-11-01")
Told = list[tuple[int, Entry]]


def openly() -> Told:
    told = decided(at("2026-02-01"), came("open-1", accounts=2), answered("open-1", minutes=10))
    told += decided(at("2026-03-01"), came("open-2", country="DE"), answered("open-2", "none"))
    return [*told, (at("2026-03-02"), Notified("open-1", 2, at("2026-03-02")))]


def secret(demand: str = "secret-1", until: int | None = GAG_ENDS, **more: Any) -> Told:
    """All that a demand under a gag leaves in a ledger."""
    opened = came(demand, "US_WARRANT", country="FR", accounts=7, gag=True, until=until, **more)
    return [
        (at("2026-02-10"), opened),
        (at("2026-02-10"), Checked(demand, ("authentic",), ())),
        (at("2026-02-11"), answered(demand, "content", minutes=9_999)),
        (at("2026-02-11"), Notified(demand, 7, until or at("2030-01-01"))),
    ]


def views(told: Told, now: int) -> list[Report]:
    entries = ledger(*sorted(told, key=lambda one: one[0]))
    return [
        signal(entries, YEAR, now, IMPRINT),
        signal(entries, None, now, IMPRINT),
        microsoft(entries, YEAR, now, IMPRINT),
    ]


def test_until_the_last_second_the_reports_are_those_of_a_ledger_without_it() -> None:
    """Byte for byte: totals, shares, medians, countries, notices, the numbers of pages."""
    with_it, without = views(openly() + secret(), GAG_ENDS - 1), views(openly(), GAG_ENDS - 1)
    assert [printed(report) for report in with_it] == [printed(report) for report in without]


def test_from_its_end_on_the_reports_show_it_whole() -> None:
    dated, ever, table = views(openly() + secret(), GAG_ENDS)
    for report in (dated, ever):
        assert [section.title for section in report.sections] == [
            "Demand 1: US_SUBPOENA, US, 2026-02-01",
            "Demand 2: US_WARRANT, FR, 2026-02-10",
            "Demand 3: US_SUBPOENA, DE, 2026-03-01",
        ]
        text = printed(report)
        assert "scope of secret-1" in text
        assert "sha-of-secret-1" in text
        assert "bundle-of-secret-1" in text
        assert "ordered 2026-02-10; ended with 2026-10-31" in text
        assert "shown to 7 accounts from 2026-11-01 (delayed)" in text
        assert "9999 minutes" in text
        assert "6 days 22 hours" in text
    assert [row[:3] for row in rows(table, "Requests")] == [
        ("DE", 1, 1),
        ("FR", 1, 7),
        ("US", 1, 2),
        ("All", 3, 10),
    ]
    assert dict(table.header)["Of these delayed"] == 7


def test_a_gag_without_an_end_hides_for_ever_and_until_it_is_lifted() -> None:
    told = openly() + secret(until=None)
    assert printed(views(told, at("2090-01-01"))[0]) == printed(
        views(openly(), at("2090-01-01"))[0]
    )
    lifted = [*told, (at("2027-05-05"), GagEnded("secret-1"))]
    assert "; lifted 2027-05-05" in printed(views(lifted, at("2027-05-05"))[0])


def test_every_renewal_hides_on_and_all_of_them_are_told_at_the_end() -> None:
    told = openly() + secret(until=at("2026-04-01"))
    days = ["2026-03-20", "2026-06-20", "2026-09-20", "2026-12-20"]
    for day in days:
        told.append((at(day), GagRenewed("secret-1", at(day) + 90 * DAY)))
    end = at("2026-12-20") + 90 * DAY
    assert printed(views(told, end - 1)[1]) == printed(views(openly(), end - 1)[1])
    text = printed(views(told, end)[1])
    for day, last in zip(
        days, ("2026-06-17", "2026-09-17", "2026-12-18", "2027-03-19"), strict=True
    ):
        assert f"ordered again {day} up to and with {last}" in text
    assert "ended with 2027-03-19" in text


entries_of = st.sampled_from(["checked", "answered", "renewed", "revealed", "notified"])


@settings(max_examples=60, deadline=None)
@given(
    secrets=st.lists(
        st.tuples(
            st.integers(0, 300),  # the day on which it comes
            st.sampled_from(["US_WARRANT", "US_EDR", "US_NSL", "US_FISA", "DE_TKUE"]),
            st.sampled_from(["US", "DE", "FR"]),
            st.integers(1, 9),
            st.lists(entries_of, max_size=4),
        ),
        max_size=6,
    )
)
def test_whatever_is_under_gags_the_reports_are_as_if_it_had_never_come(
    secrets: list[tuple[int, str, str, int, list[str]]],
) -> None:
    now = at("2026-12-31")
    told = openly()
    for number, (day, instrument, country, accounts, more) in enumerate(secrets):
        name, when = f"secret-{number}", at("2026-01-01") + day * DAY
        told.append(
            (
                when,
                came(name, instrument, country=country, accounts=accounts, gag=True, abroad=True),
            )
        )
        kinds: dict[str, Entry] = {
            "checked": Checked(name, ("authentic",), ("specific",)),
            "answered": answered(name, "content", minutes=1),
            "renewed": GagRenewed(name, at("2030-01-01")),
            "revealed": Revealed(name),
            "notified": Notified(name, accounts, at("2030-01-01")),
        }
        told += [(when, kinds[kind]) for kind in more]
    assert [printed(report) for report in views(told, now)] == [
        printed(report) for report in views(openly(), now)
    ]


@pytest.mark.parametrize("instrument", ["US_NSL", "US_FISA"])
def test_national_security_process_is_in_no_total_even_when_it_may_be_spoken_of(
    instrument: str,
) -> None:
    told = openly() + decided(at("2026-05-01"), came("letter", instrument))
    assert printed(views(told, GAG_ENDS)[2]) == printed(views(openly(), GAG_ENDS)[2])
    assert "scope of letter" in printed(views(told, GAG_ENDS)[0])


def test_what_is_not_decided_yet_is_not_spoken_of() -> None:
    """Its person may not know yet, and its answer is not known to anybody."""
    told: Told = [*openly(), (at("2026-05-01"), came("pending"))]
    assert printed(views(told, GAG_ENDS)[0]) == printed(views(openly(), GAG_ENDS)[0])


def test_a_ledger_of_secrets_alone_and_an_empty_one_print_the_same() -> None:
    now = GAG_ENDS - 1
    nothing = [printed(report) for report in views([], now)]
    assert [printed(report) for report in views(secret(), now)] == nothing
    assert "must not tell" in nothing[0]
