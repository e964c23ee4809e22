"""Short ways to write what a step shows, in both languages."""

from collections.abc import Sequence

from doorless_lab.scenario import Fact, Line, Tone
from doorless_lab.words import Words


def line(de: str, en: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(Words(de, en), tone)


def said(text: str, tone: Tone = Tone.SAID) -> Line:
    """What reads the same in both languages."""
    return Line(Words(text, text), tone)


def short(data: bytes, size: int = 12) -> str:
    """The first bytes, in hex, and that there are more."""
    return data[:size].hex() + ("…" if len(data) > size else "")


def bar(seen: Sequence[bool]) -> str:
    """One sign a message: a full one was read, an empty one was not."""
    return "".join("■" if each else "□" for each in seen)


_MONEY = (
    (1e15, "Billiarden USD", "quadrillion USD"),
    (1e12, "Billionen USD", "trillion USD"),
    (1e9, "Milliarden USD", "billion USD"),
    (1e6, "Millionen USD", "million USD"),
    (1.0, "USD", "USD"),
    (0.01, "Cent", "cents"),
)


def money(dollars: float) -> Words:
    """An amount as people write one, to three digits."""
    return _in_units(dollars, _MONEY)


_TIMES = (
    (365.25 * 86_400, "GPU-Jahre", "GPU years"),
    (3600.0, "Stunden", "hours"),
    (60.0, "Minuten", "minutes"),
    (1.0, "Sekunden", "seconds"),
)


def processor_time(seconds: float) -> Words:
    """How long one processor is busy."""
    return _in_units(seconds, _TIMES)


def number(text: str) -> Words:
    """A number as Python writes it, and as Germans do: 1,234.5 and 1.234,5."""
    return Words(text.translate({ord(","): ".", ord("."): ","}), text)


def dotted(number: Fact) -> str:
    """A number with the German separator of thousands; in English `:,` writes it."""
    return f"{number:,}".replace(",", ".")


def _in_units(amount: float, units: Sequence[tuple[float, str, str]]) -> Words:
    """In the largest unit that it fills, else in the smallest."""
    size, de, en = next((unit for unit in units if amount >= unit[0]), units[-1])
    rounded = float(f"{amount / size:.3g}")
    digits = number(f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:g}")
    return Words(f"{digits.de} {de}", f"{digits.en} {en}")
