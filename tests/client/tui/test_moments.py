"""Times as people read them."""

import pytest

from doorless_client.tui import moments

NOW = 1_800_023_490  # Friday 15 January 2027, 14:31:30


@pytest.mark.parametrize(
    ("ago", "day", "brief"),
    [
        (0, "Today", "14:31"),
        (moments.DAY, "Yesterday", "Thu"),
        (3 * moments.DAY, "Tuesday 12 January", "Tue"),
        (10 * moments.DAY, "Tuesday 5 January", "5 Jan"),
        (30 * moments.DAY, "Wednesday 16 December 2026", "2026"),
        (-2 * moments.DAY, "Sunday 17 January", "17 Jan"),
    ],
)
def test_days_by_name_when_near_and_by_date_when_far(ago: int, day: str, brief: str) -> None:
    assert moments.day(NOW - ago, NOW) == day
    assert moments.brief(NOW - ago, NOW) == brief


def test_the_relay_is_shown_to_keep_the_hour_alone() -> None:
    assert moments.to_the_second(NOW) == "14:31:30"
    assert moments.hour(NOW) == "14:00"
