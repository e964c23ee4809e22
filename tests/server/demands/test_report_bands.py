"""National security process in the bands of 50 USC 1874(a)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Entry, GagEnded, Item, Refused, Reported
from doorless_server.demands.report.bands import band, bands
from doorless_server.demands.report.period import Period
from doorless_server.demands.report.structures import (
    STRUCTURES,
    NotYetError,
    OtherStructureError,
    keep_to_one,
    last_due,
)
from made_up_ledger import DAY, IMPRINT, answered, at, came, decided, ledger, printed, rows

WIDTHS = sorted(STRUCTURES)
HALF, YEAR = Period.parse("2024-H2"), Period.parse("2024")
NOW = at("2027-06-01")
SIX = [
    "National security letters received",
    "Selectors targeted by national security letters",
    "Orders and directives for content",
    "Selectors targeted by orders and directives for content",
    "Orders for other data than content",
    "Selectors targeted by orders for other data than content",
]
TWO = [
    "All national security process received",
    "Selectors targeted by all national security process",
]
numbers, widths = st.integers(0, 5_000), st.sampled_from(WIDTHS)


def period_of(width: int) -> Period:
    return YEAR if STRUCTURES[width].yearly else HALF


def letters(count: int, selectors: int = 1, **more: Any) -> list[tuple[int, Entry]]:
    """National security letters under gags, with nothing in them that differs but their ids."""
    when = at("2024-10-01")
    return [
        (when, came(f"L{number}", "US_NSL", accounts=selectors, gag=True, **more))
        for number in range(count)
    ]


def reported(told: list[tuple[int, Entry]], width: int, period: Period | None = None) -> Any:
    return bands(ledger(*told), period or period_of(width), width, NOW, IMPRINT)


def ends(text: str) -> tuple[int, int]:
    low, high = text.split("-")
    return int(low), int(high)


@given(number=numbers, width=widths)
def test_a_band_has_its_width_starts_at_a_multiple_of_it_and_holds_the_number(
    number: int, width: int
) -> None:
    low, high = ends(band(number, width))
    assert high - low + 1 == width
    assert low % width == 0
    assert low <= number <= high


@given(number=numbers, more=numbers, width=widths)
def test_bands_grow_with_numbers_and_never_overlap(number: int, more: int, width: int) -> None:
    (low, high), (low_more, _) = ends(band(number, width)), ends(band(number + more, width))
    assert low_more == low or low_more > high


@pytest.mark.parametrize("width", WIDTHS)
def test_none_cannot_be_told_from_one_less_than_the_width(width: int) -> None:
    assert band(0, width) == band(width - 1, width) == f"0-{width - 1}"
    assert band(width, width) == f"{width}-{2 * width - 1}"


@settings(max_examples=40, deadline=None)
@given(data=st.data(), width=widths)
def test_nothing_printed_depends_on_the_number_within_a_band(
    data: st.DataObject, width: int
) -> None:
    """HTML, JSON and CSV, byte for byte; with other demands beside, whose figures are printed."""
    openly = decided(at("2024-11-01"), came("open", "US_SUBPOENA"))
    printed_of = set()
    for _ in range(2):
        selectors = data.draw(st.integers(0, 3))
        told = letters(data.draw(st.integers(0, 33)), selectors)
        printed_of.add(printed(reported([*told, *openly], width)))
    assert len(printed_of) == 1  # at most 99 selectors: the first band of every structure


@pytest.mark.parametrize("width", WIDTHS)
def test_nought_and_the_whole_band_print_the_same(width: int) -> None:
    none, most = reported([], width), reported(letters(width - 1), width)
    assert printed(none) == printed(most)
    assert printed(none) != printed(reported(letters(width), width))


@pytest.mark.parametrize("width", WIDTHS)
def test_answers_notices_and_the_ends_of_gags_change_nothing_either(width: int) -> None:
    told = [entry for when, opened in letters(3) for entry in decided(when, opened)]  # type: ignore[arg-type]
    ended: list[tuple[int, Entry]] = [(at("2025-01-01"), GagEnded(f"L{n}")) for n in range(3)]
    assert printed(reported([*told, *ended], width)) == printed(reported([], width))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_has_exactly_the_figures_of_its_structure(width: int) -> None:
    report = reported(letters(2), width)
    assert [row[0] for row in rows(report, "Bands")] == (TWO if STRUCTURES[width].combined else SIX)
    found = {ends(str(row[1])) for row in rows(report, "Bands")}
    assert {high - low + 1 for low, high in found} == {width}
    assert report.format == f"bands-{width}"


def test_the_law_has_four_structures_and_no_fifth() -> None:
    assert [(s.option, s.width, s.yearly) for s in STRUCTURES.values()] == [
        (1, 1000, False),
        (2, 500, False),
        (3, 250, False),
        (4, 100, True),
    ]
    for width in (0, 1, 50, 99, 101, 200, 2000):
        with pytest.raises(ValueError, match="no bands"):
            bands((), HALF, width, NOW, IMPRINT)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_structure_has_periods_of_one_kind(width: int) -> None:
    with pytest.raises(ValueError, match="is about"):
        bands((), HALF if period_of(width) is YEAR else YEAR, width, NOW, IMPRINT)


def test_letters_orders_and_their_selectors_are_counted_apart_in_six_figures() -> None:
    letter, order = at("2024-10-01"), at("2024-03-01")  # orders: of the half-year before
    told: list[tuple[int, Entry]] = [(at("2022-01-01"), came("first", "US_FISA"))]
    told += [(letter, came(f"L{n}", "US_NSL", accounts=2)) for n in range(500)]
    told += [
        (order, came(f"C{n}", "US_FISA", categories=("content_stored",), accounts=3))
        for n in range(501)
    ]
    told += [(order, came(f"O{n}", "US_FISA", categories=("traffic",))) for n in range(499)]
    told += decided(letter, came("criminal", "US_WARRANT"))
    assert [row[1] for row in rows(reported(told, 500), "Bands")] == [
        "500-999",
        "1000-1499",
        "500-999",
        "1500-1999",
        "0-499",
        "0-499",
    ]


def test_everything_is_one_figure_and_its_selectors_another_in_the_combined_ones() -> None:
    when = at("2024-10-01")
    told: list[tuple[int, Entry]] = [(when, came(f"L{n}", "US_NSL")) for n in range(60)]
    told += [(when, came(f"F{n}", "US_FISA", accounts=4)) for n in range(60)]
    assert [row[1] for row in rows(reported(told, 100), "Bands")] == ["100-199", "300-399"]


def told_of(kind: str, day: str, width: int, now: int, first: str = "2020-01-01") -> bool:
    """Whether a report counts something that came on this day: it fills a whole band."""
    told: list[tuple[int, Entry]] = [(at(first), came("first", "US_FISA"))]
    told += [(at(day), came(f"D{n}", kind)) for n in range(width)]
    report = bands(ledger(*told), period_of(width), width, now, IMPRINT)
    return any(not str(row[1]).startswith("0-") for row in rows(report, "Bands"))


@pytest.mark.parametrize("width", [1000, 500, 250])
def test_a_half_yearly_report_tells_of_letters_of_its_last_180_days(width: int) -> None:
    now = at("2025-01-01")
    assert told_of("US_NSL", "2024-12-31", width, now)
    assert told_of("US_NSL", "2024-07-05", width, now)
    assert not told_of("US_NSL", "2024-07-04", width, now)
    assert not told_of("US_NSL", "2025-01-01", width, now)


@pytest.mark.parametrize("width", [1000, 500])
def test_of_orders_it_tells_those_that_ended_180_days_before_it_is_published(width: int) -> None:
    now = at("2025-01-01")
    assert told_of("US_FISA", "2024-06-30", width, now)
    assert told_of("US_FISA", "2024-01-03", width, now)
    assert not told_of("US_FISA", "2024-01-02", width, now)
    assert not told_of("US_FISA", "2024-07-05", width, now)


def test_the_third_structure_tells_of_orders_of_the_same_180_days() -> None:
    assert told_of("US_FISA", "2024-12-31", 250, at("2025-01-01"))
    assert not told_of("US_FISA", "2024-06-30", 250, at("2025-01-01"))


@pytest.mark.parametrize("width", [1000, 500])
def test_a_services_first_orders_are_held_back_for_540_days(width: int) -> None:
    first = "2024-06-01"
    day = at(first) + 540 * DAY
    assert not told_of("US_FISA", "2024-06-02", width, day - 1, first)
    assert told_of("US_FISA", "2024-06-02", width, day, first)


def test_a_report_waits_until_its_half_year_is_over_and_a_yearly_one_a_year_longer() -> None:
    for width, day in [(1000, "2025-01-01"), (500, "2025-01-01"), (250, "2025-01-01")]:
        with pytest.raises(NotYetError, match=day) as found:
            bands((), HALF, width, at(day) - 1, IMPRINT)
        assert found.value.when == at(day)
    with pytest.raises(NotYetError, match="2026-01-01") as found:
        bands((), YEAR, 100, at("2025-12-31"), IMPRINT)
    assert found.value.when == at("2026-01-01")
    bands((), YEAR, 100, found.value.when, IMPRINT)


@pytest.mark.parametrize("width", [1000, 500, 250])
@pytest.mark.parametrize("name", ["2023-H1", "2023-H2", "2024-H1", "2024-H2"])
def test_every_half_yearly_report_keeps_the_180_days_of_its_orders(width: int, name: str) -> None:
    """The halves have 181 to 184 days: their ends alone keep the wait, leap year or not."""
    structure, period = STRUCTURES[width], Period.parse(name)
    assert structure.due(period) == period.end
    if not structure.combined:
        assert period.end - structure.covers(period).orders.end >= 180 * DAY


def test_the_newest_report_that_may_be_published_is_found() -> None:
    assert last_due(STRUCTURES[500], at("2026-07-01"), Period.parse("2026-H2")).name == "2026-H1"
    assert last_due(STRUCTURES[500], at("2026-06-30"), Period.parse("2026-H1")).name == "2025-H2"
    assert last_due(STRUCTURES[100], at("2026-06-30"), Period.parse("2026")).name == "2024"


def test_what_was_refused_as_forged_is_no_process() -> None:
    item = Item("basic", "the account", "FORGED_OR_UNVERIFIED")
    answer = structs.replace(answered("L1", "none", "rejected"), items=(item,))
    for entry in (Refused("L1", "sha-of-L1", "nobody could confirm it"), answer):
        told = [*letters(1000), (at("2024-10-02"), entry)]
        assert rows(reported(told, 1000), "Bands")[0][1] == "0-999"


def test_what_was_rejected_for_another_reason_was_received_all_the_same() -> None:
    told = [*letters(1000), (at("2024-10-02"), answered("L1", "none", "rejected"))]
    assert rows(reported(told, 1000), "Bands")[0][1] == "1000-1999"


def test_another_file_under_the_id_of_a_demand_takes_nothing_away() -> None:
    told = [*letters(1000), (at("2024-10-02"), Refused("L1", "of another file", "its id is taken"))]
    assert rows(reported(told, 1000), "Bands")[0][1] == "1000-1999"


def made(kind: str, period: str) -> tuple[Recorded, ...]:
    return ledger((1, Reported(kind, period, "")))


@pytest.mark.parametrize(
    ("before", "now", "width"),
    [
        (("bands-1000", "2024-H2"), "2024-H2", 500),
        (("bands-1000", "2024-H2"), "2024-H2", 250),
        (("bands-500", "2024-H2"), "2024", 100),
        (("bands-100", "2024"), "2024-H1", 1000),
        (("bands-100", "2023"), "2024-H1", 1000),  # whose orders are those of 2023-H2
    ],
)
def test_a_time_is_told_of_in_one_structure_alone(
    before: tuple[str, str], now: str, width: int
) -> None:
    with pytest.raises(OtherStructureError, match="narrow"):
        keep_to_one(STRUCTURES[width], Period.parse(now), made(*before))


@pytest.mark.parametrize(
    ("before", "now", "width"),
    [
        (("bands-1000", "2024-H2"), "2024-H2", 1000),
        (("bands-1000", "2023-H2"), "2024-H2", 500),
        (("bands-250", "2024-H1"), "2024-H2", 250),
        (("signal", "2024-H2"), "2024-H2", 500),
        (("signal", ""), "2024-H2", 500),
    ],
)
def test_the_same_structure_again_and_other_times_are_free(
    before: tuple[str, str], now: str, width: int
) -> None:
    keep_to_one(STRUCTURES[width], Period.parse(now), made(*before))


def test_a_second_structure_would_indeed_narrow_the_first() -> None:
    """Why there is one: 0-499 and 250-499 together say 250-499."""
    (low, high), (low_too, high_too) = ends(band(300, 500)), ends(band(300, 250))
    assert (max(low, low_too), min(high, high_too)) == (250, 499)


def test_the_mark_of_an_exercise_is_on_every_form() -> None:
    report = reported([], 1000)
    assert printed(report).count("SIMULATION") >= 2
    real = bands((), HALF, 1000, NOW, replace(IMPRINT, simulation=False))
    assert "SIMULATION" not in printed(real)
