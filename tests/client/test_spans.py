"""Lengths of time are said as people say them."""

import pytest

from doorless_client.settings.spans import in_two_words, in_words, parse


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (604_782, "6 days 23 hours"),
        (604_800, "1 week"),
        (90_061, "1 day 1 hour"),
        (86_405, "1 day"),
        (3_661, "1 hour 1 minute"),
        (61, "1 minute 1 second"),
        (40, "40 seconds"),
        (1, "1 second"),
        (0, "0 seconds"),
    ],
)
def test_what_is_left_is_said_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert in_two_words(seconds) == words


@pytest.mark.parametrize("typed", ["30s", "5m", "8h", "1d", "4w", "90"])
def test_what_is_typed_is_said_exactly(typed: str) -> None:
    count, unit = in_words(parse(typed)).split()
    assert parse(f"{count}{unit[0]}") == parse(typed)
