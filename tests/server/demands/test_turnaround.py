"""How long an answer took is said in units that people count in."""

import pytest

from doorless_server.demands.turnaround import in_words


@pytest.mark.parametrize(
    ("minutes", "german", "english"),
    [
        (0, "0 Min.", "0 minutes"),
        (1, "1 Min.", "1 minute"),
        (59, "59 Min.", "59 minutes"),
        (60, "1 Stunde", "1 hour"),
        (125, "2 Stunden 5 Min.", "2 hours 5 minutes"),
        (1_440, "1 Tag", "1 day"),
        (1_499, "1 Tag", "1 day"),
        (1_500, "1 Tag 1 Stunde", "1 day 1 hour"),
        (91_803, "63 Tage 18 Stunden", "63 days 18 hours"),
    ],
)
def test_the_two_largest_units_are_said(minutes: int, german: str, english: str) -> None:
    said = in_words(minutes)
    assert (said.de, said.en) == (german, english)
