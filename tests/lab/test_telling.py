"""Amounts and times as people write them, in both languages."""

import pytest

from doorless_lab.telling import bar, money, processor_time, short


@pytest.mark.parametrize(
    ("dollars", "de", "en"),
    [
        (0.000742, "0,0742 Cent", "0.0742 cents"),
        (0.07, "7 Cent", "7 cents"),
        (7.419, "7,42 USD", "7.42 USD"),
        (209_310, "209.000 USD", "209,000 USD"),
        (2.71e8, "271 Millionen USD", "271 million USD"),
        (2.109e12, "2,11 Billionen USD", "2.11 trillion USD"),
        (1.64e16, "16,4 Billiarden USD", "16.4 quadrillion USD"),
    ],
)
def test_money(dollars: float, de: str, en: str) -> None:
    assert (money(dollars).de, money(dollars).en) == (de, en)


@pytest.mark.parametrize(
    ("seconds", "de", "en"),
    [
        (0.5, "0,5 Sekunden", "0.5 seconds"),
        (107, "1,78 Minuten", "1.78 minutes"),
        (10_692, "2,97 Stunden", "2.97 hours"),
        (3.0e8, "9,51 GPU-Jahre", "9.51 GPU years"),
        (3.9e11, "12.400 GPU-Jahre", "12,400 GPU years"),
    ],
)
def test_processor_time(seconds: float, de: str, en: str) -> None:
    assert (processor_time(seconds).de, processor_time(seconds).en) == (de, en)


def test_short_and_bar() -> None:
    assert (short(b"\x01\x02", 2), short(b"\x01\x02\x03", 2)) == ("0102", "0102…")
    assert bar((True, False)) == "■□"
