"""D1: the device is taken while it is open."""

from scenario_runs import check_powers, check_steps, check_verdicts, fact


def test_the_verdicts_are_those_expected() -> None:
    check_verdicts("D1")


def test_the_powers_are_those_named() -> None:
    check_powers("D1")


def test_a_class_can_follow_it() -> None:
    check_steps("D1")


def test_the_search_that_finds_no_expired_message_finds_every_stored_one() -> None:
    """The same search of the same pages: its own control."""
    assert fact("D1", "stored", "read") == fact("D1", "stored", "messages") == 8
    assert fact("D1", "expired", "read") == 0
    assert fact("D1", "recorded", "messages") >= 24


def test_the_table_counts_all_24_messages() -> None:
    rows = ("stored, readable", "expired, readable", "later, readable")
    assert [fact("D1", "table", row) for row in rows] == [8, 0, 8]
    assert fact("D1", "table", "messages") == 24
