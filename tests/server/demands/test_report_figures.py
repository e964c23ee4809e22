"""Totals and shares in Microsoft's form, and a page for each demand in Signal's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from doorless_server.demands.entries import Entry, Line, Notified, Refused
from doorless_server.demands.report.as_csv import as_csv
from doorless_server.demands.report.as_html import as_html
from doorless_server.demands.report.as_json import as_json
from doorless_server.demands.report.microsoft import microsoft
from doorless_server.demands.report.model import Minutes
from doorless_server.demands.report.period import Period, half_of, year_of
from doorless_server.demands.report.shares import shares
from doorless_server.demands.report.signal import signal
from made_up_ledger import HEAD, IMPRINT, answered, at, came, decided, ledger, rows

HALF = Period.parse("2026-H1")
NOW = at("2026-07-01")


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_shares_add_to_a_hundred_and_each_is_within_a_tenth(counts: list[int]) -> None:
    given_shares = [round(float(share) * 10) for share in shares(counts)]
    assert sum(given_shares) == (1000 if sum(counts) else 0)
    for count, share in zip(counts, given_shares, strict=True):
        exact = count * 1000 / sum(counts) if sum(counts) else 0
        assert abs(share - exact) < 1


def test_shares_of_thirds() -> None:
    assert shares([1, 1, 1]) == ("33.4", "33.3", "33.3")
    assert shares([0, 0]) == ("0.0", "0.0")


def test_each_request_is_counted_once_by_country_and_outcome() -> None:
    told: list[tuple[int, Entry]] = []
    may = at("2026-05-01")
    told += decided(may, came("a", accounts=3), answered("a", "content"))
    told += decided(may, came("b"), answered("b", "non-content"))
    told += decided(may, came("c"), answered("c", "none", "no_data"))
    told += decided(may, came("d"), answered("d", "non-content", "rejected"))
    told += [(may, came("e", country="DE")), (may, Refused("e", "sha-of-e", "forged"))]
    told += decided(may, came("f", country="DE"), answered("f", "none", "challenged"))
    told += decided(at("2026-07-01"), came("later"))
    told += decided(at("2025-12-31"), came("earlier"))
    report = microsoft(ledger(*told), HALF, NOW, IMPRINT)
    assert rows(report, "Requests") == [
        ("DE", 2, 2, 0, 0, 0, 2, "0.0", "0.0", "0.0", "100.0"),
        ("US", 4, 6, 1, 1, 1, 1, "25.0", "25.0", "25.0", "25.0"),
        ("All", 6, 8, 1, 1, 1, 3, "16.7", "16.7", "16.6", "50.0"),
    ]


def test_emergencies_and_content_abroad_have_blocks_of_their_own() -> None:
    told: list[tuple[int, Entry]] = []
    may = at("2026-05-01")
    told += decided(may, came("a", "US_EDR", accounts=2), answered("a"))
    told += decided(
        may,
        came("b", "US_WARRANT", categories=("content_stored",), abroad=True),
        answered("b", "content"),
    )
    told += decided(may, came("c", "US_WARRANT", categories=("content_stored",), abroad=True))
    told += decided(may, came("d", "US_WARRANT", categories=("traffic",), abroad=True))
    report = microsoft(ledger(*told), HALF, NOW, IMPRINT)
    assert rows(report, "Emergency requests")[-1][:3] == ("All", 1, 2)
    assert [row[1] for row in rows(report, "Extraterritorial")] == [2, 1]


def test_a_report_of_nothing_has_its_lines_all_the_same() -> None:
    report = microsoft((), HALF, NOW, IMPRINT)
    assert rows(report, "Requests") == [("All", 0, 0, 0, 0, 0, 0, "0.0", "0.0", "0.0", "0.0")]
    assert dict(report.header)["Median turnaround"] == "no answers"


def test_the_header_says_whose_what_and_where_the_ledger_stood() -> None:
    told = decided(at("2026-05-01"), came("a", accounts=2), answered("a", minutes=5))
    told += decided(at("2026-05-02"), came("b", country="DE"), answered("b", minutes=9))
    told += decided(at("2026-05-03"), came("c", country="DE"), answered("c", minutes=600))
    told += [
        (at("2026-05-04"), Notified("a", 2, at("2026-05-04"))),
        (at("2026-05-04"), Notified("b", 1, at("2026-06-04"))),
    ]
    report = signal(ledger(*told), None, NOW, IMPRINT)
    assert report.header == (
        ("Entity", "relay.example"),
        ("Period", "all that may be published so far"),
        ("Published", "2026-07-01"),
        ("Jurisdictions", "DE, US"),
        ("Schema of what is held (SHA-256)", "dd" * 32),
        (
            "Orders of secrecy in force",
            "not stated: an order of secrecy may forbid to state it; see the canary",
        ),
        ("Notices to people, sent", 3),
        ("Of these delayed", 1),
        ("Median turnaround", Minutes(9)),
        ("Ledger (hash of its last line)", HEAD.hash),
        ("Signature of that hash (Ed25519)", HEAD.signature),
        ("Key of the ledger (Ed25519)", HEAD.key),
    )


def test_received_is_when_it_came_and_agrees_with_the_turnaround() -> None:
    opened = structs.replace(
        came("a"), redacted=(Line("received_at", "2026-04-28 01:12:00+02:00"),)
    )
    told = decided(at("2026-07-01"), opened, answered("a", minutes=91_803))
    report = signal(ledger(*told), None, at("2026-09-01"), IMPRINT)
    facts = dict(rows(report, "Facts"))
    assert facts["Received"] == "2026-04-27"  # in UTC
    assert facts["Taken in"] == "2026-07-01"
    assert report.sections[0].title == "Demand 1: US_SUBPOENA, US, 2026-04-27"
    page = as_html(report)
    assert page.count("63 days 18 hours") == 2  # the median of one, and its own
    assert "minutes" not in page
    for programs in (as_json(report), as_csv(report)):
        assert programs.count("91803 minutes") == 2
    assert signal(ledger(*told), HALF, NOW, IMPRINT).sections[0].title == "No demands"


def test_a_page_shows_what_was_given_and_what_was_not_and_why() -> None:
    told = decided(at("2026-05-01"), came("a"))
    report = signal(ledger(*told), HALF, NOW, IMPRINT)
    (page,) = report.sections
    assert page.page
    assert rows(report, "The demand, redacted") == [("scope_text", "scope of a")]
    assert rows(report, "What was handed over") == [
        ("who has the account", "when the account was made", "readable metadata", 1, 10)
    ]
    assert rows(report, "What was not handed over, and why") == [
        ("content, stored", "texts", "not held: it was deleted", "deleted when delivered")
    ]
    assert ("Secrecy", "none was ordered") in rows(report, "Facts")
    assert ("Notice to the people concerned", "none was sent") in rows(report, "Facts")


def test_a_refused_demand_has_its_reason() -> None:
    told: list[tuple[int, Entry]] = [
        (at("2026-05-01"), came("a")),
        (at("2026-05-01"), Refused("a", "sha-of-a", "nobody at the court knows of it")),
    ]
    report = signal(ledger(*told), HALF, NOW, IMPRINT)
    assert rows(report, "The response") == [("Refused", "nobody at the court knows of it")]


def test_another_file_under_the_id_of_a_demand_does_not_decide_it() -> None:
    told = decided(at("2026-05-01"), came("a"))
    told.append((at("2026-05-02"), Refused("a", "of another file", "its id is taken")))
    report = signal(ledger(*told), HALF, NOW, IMPRINT)
    assert ("Decision", "complied with in part") in rows(report, "The response")


def test_an_exercise_is_marked_wherever_one_of_its_demands_is_shown() -> None:
    told = decided(at("2026-05-01"), came("a"))
    unmarked = replace(IMPRINT, simulation=False)
    assert signal(ledger(*told), HALF, NOW, unmarked).simulation
    assert microsoft(ledger(*told), HALF, NOW, unmarked).simulation
    real = decided(at("2026-05-01"), came("a", simulation=False))
    assert not signal(ledger(*real), HALF, NOW, unmarked).simulation


@pytest.mark.parametrize(
    "name", ["", "26", "2026-H3", "2026-H", "2026-Q1", "9999", "٢٠٢٦", "2026 "]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        Period.parse(name)


@given(st.integers(0, 4_000_000_000))
def test_every_moment_is_in_one_half_and_one_year(moment: int) -> None:
    half, year = half_of(moment), year_of(moment)
    assert half.holds(moment)
    assert year.holds(moment)
    assert half.before().end == half.start
    assert year.before().end == year.start
    assert Period.parse(half.name) == half
